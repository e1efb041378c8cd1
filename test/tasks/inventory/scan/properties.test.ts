import { testScanner } from './properties.ts';

testScanner(1);
