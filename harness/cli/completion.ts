import { sayAsIs } from './say.ts';

export type Shell = 'bash' | 'zsh' | 'fish';

/** `tickmark completion`: prints what a shell loads to complete our command lines. The candidates come from the hidden `__complete`. */
export function completion(shell: Shell): void {
  sayAsIs(scripts[shell]);
}

/**
 * Each runs the `tickmark` that was typed, so that one of a project's node_modules works as well, with the words up to the cursor; it prints
 * `CANDIDATE<tab>DESCRIPTION` a line. None evaluates what was typed.
 */
const scripts: Readonly<Record<Shell, string>> = {
  // words are split anew: bash breaks them at = and : as well, and wants back what follows the last of these; 3.2, macOS's, has no compopt
  bash: `# tickmark completion for bash: source <(tickmark completion bash)
_tickmark() {
  local line=\${COMP_LINE:0:COMP_POINT} candidate current kept
  local -a words
  IFS=$' \\t' read -ra words <<< "$line"
  [[ $line == *[[:space:]] ]] && words+=('')
  current=\${words[\${#words[@]} - 1]}
  kept=\${current%"\${current##*[=:]}"}
  COMPREPLY=()
  while IFS= read -r candidate; do
    candidate=\${candidate%%$'\\t'*}
    COMPREPLY+=("\${candidate#"$kept"}")
  done < <("\${words[0]}" __complete -- "\${words[@]:1}" 2>/dev/null)
  if [[ \${#COMPREPLY[@]} == 1 && \${COMPREPLY[0]} == *[/=] ]]; then
    compopt -o nospace 2>/dev/null
  fi
}
complete -o bashdefault -o default -F _tickmark tickmark`,

  zsh: `#compdef tickmark
# tickmark completion for zsh: source <(tickmark completion zsh), after compinit
_tickmark() {
  local line value
  local -a whole open
  for line in "\${(@f)$("$words[1]" __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    value=\${line%%$'\\t'*}
    if [[ $value == *[/=] ]]; then
      open+=("$value")
    elif [[ -n $value ]]; then
      whole+=("\${value//:/\\\\:}:\${line#*$'\\t'}")
    fi
  done
  (( $#open )) && compadd -S '' -a open
  (( $#whole )) && _describe tickmark whole
}
compdef _tickmark tickmark`,

  fish: `# tickmark completion for fish: tickmark completion fish | source
function __tickmark_complete
  set -l words (commandline -opc)
  set -l current (commandline -ct)
  $words[1] __complete -- $words[2..-1] "$current" 2>/dev/null
end
complete -c tickmark -f -a '(__tickmark_complete)'`,
};
