// Completion for bash, from version 3.2 (macOS) on and without the package bash-completion.
import type { CommandWords, Values } from "./command-words.ts";
import { caseLines, operandCases, optionCases } from "./shell-cases.ts";

/** The script that bash sources. */
export function bashCompletion(name: string, commands: readonly CommandWords[]): string {
  const f = `_${name.replaceAll("-", "_")}`;
  return `# bash completion for ${name}, written by: ${name} completion bash
${f}_below() {
  case "$1" in
${caseLines(commands.filter(({ below }) => below.length > 0).map(({ path, below }) => [path, below.map((each) => each.name).join(" ")]))}
  esac
}
${f}_options() {
  case "$1" in
${caseLines(commands.map(({ path, options }) => [path, options.flatMap(({ names }) => names).join(" ")]))}
  esac
}
# What stands after an option that takes a value; nothing for one that takes none.
${f}_value() {
  case "$1 $2" in
${caseLines(optionCases(commands, words))}
  esac
}
# What the argument with this number is.
${f}_operand() {
  case "$1 $2" in
${operandCases(commands, words)}
  esac
}
${f}() {
  local line=\${COMP_LINE:0:COMP_POINT} at="" option="" count=0 cur word kind i
  local -a typed
  COMPREPLY=()
  read -ra typed <<<"$line"
  [[ $line == *[[:space:]] ]] && typed+=("")
  cur=\${typed[\${#typed[@]} - 1]}
  for ((i = 1; i < \${#typed[@]} - 1; i++)); do
    word=\${typed[i]}
    if [[ -n $option ]]; then
      option=""
    elif [[ $word == -*=* ]]; then
      :
    elif [[ $word == -* ]]; then
      [[ -n $(${f}_value "$at" "$word") ]] && option=$word
    elif [[ $count == 0 && " $(${f}_below "$at") " == *" $word "* ]]; then
      at="\${at:+$at }$word"
    else
      count=$((count + 1))
    fi
  done
  if [[ -z $option && $cur == --*=* ]]; then
    option=\${cur%%=*}
    cur=\${cur#*=}
  fi
  if [[ -n $option ]]; then
    kind=$(${f}_value "$at" "$option")
  elif [[ $cur == -* ]]; then
    kind="words $(${f}_options "$at")"
  elif [[ -n $(${f}_below "$at") ]]; then
    kind="words $(${f}_below "$at")"
  else
    kind=$(${f}_operand "$at" "$count")
  fi
  case $kind in
    words*) while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -W "\${kind#words}" -- "$cur") ;;
    folders) while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -d -- "$cur") ;;
    files) while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$cur") ;;
    jobs)
      while IFS= read -r word; do
        [[ -d $word || $word == *.yaml || $word == *.yml ]] && COMPREPLY+=("$word")
      done < <(compgen -f -- "$cur")
      ;;
  esac
  case $kind in jobs | files | folders) compopt -o filenames 2>/dev/null ;; esac
  [[ \${COMPREPLY[0]} == *= ]] && compopt -o nospace 2>/dev/null
  # Where = ends a word for bash, only what stands behind it is replaced.
  if [[ $cur == *=* && $COMP_WORDBREAKS == *=* ]]; then
    for i in "\${!COMPREPLY[@]}"; do COMPREPLY[i]=\${COMPREPLY[i]#"\${cur%"\${cur##*=}"}"}; done
  fi
  return 0
}
complete -F ${f} ${name}
`;
}

function words(values: Values): string {
  return values.kind === "words" ? `words ${values.words.join(" ")}` : values.kind;
}
