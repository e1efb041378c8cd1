/** What a shell evaluates: on Tab it asks `stockflow completion candidates` for the words that can follow. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type ShellName = (typeof SHELLS)[number];

export const SCRIPTS: Readonly<Record<ShellName, string>> = {
  bash: `_stockflow() {
  local IFS=$'\\n'
  COMPREPLY=($(stockflow completion candidates -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _stockflow stockflow
`,
  zsh: `_stockflow() {
  local -a words_found
  words_found=("\${(@f)$(stockflow completion candidates -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "$words_found" ]]; then compadd -- "\${words_found[@]}"; else _files; fi
}
compdef _stockflow stockflow
`,
  fish: `function __stockflow
  set -l typed (commandline -opc)
  stockflow completion candidates -- $typed[2..-1] (commandline -ct) 2>/dev/null
end
complete -c stockflow -a '(__stockflow)'
`,
};
