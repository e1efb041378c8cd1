/** The grid of a DAG: rows are tasks in topological order, columns are runs, the newest at the right. */
