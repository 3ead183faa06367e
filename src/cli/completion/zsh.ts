// Completion for zsh: a function for its completion system, autoloaded from $fpath or sourced after compinit.
import type { CommandWords, Values } from "./command-words.ts";
import { caseLines, operandCases, optionCases, quoted } from "./shell-cases.ts";

/** The script that zsh loads. */
export function zshCompletion(name: string, commands: readonly CommandWords[]): string {
  const f = `_${name}`;
  return `#compdef ${name}
# zsh completion for ${name}, written by: ${name} completion zsh
${f}_below() {
  case "$1" in
${commands
  .filter(({ below }) => below.length > 0)
  .map(({ path, below }) => listLine(path, below))
  .join("\n")}
  esac
}
${f}_options() {
  case "$1" in
${commands
  .map(({ path, options }) =>
    listLine(
      path,
      options.flatMap(({ names, about }) => names.map((each) => ({ name: each, about }))),
    ),
  )
  .join("\n")}
  esac
}
# What stands after an option that takes a value; nothing for one that takes none.
${f}_value() {
  case "$1 $2" in
${caseLines(optionCases(commands, text))}
  esac
}
# What the argument with this number is.
${f}_operand() {
  case "$1 $2" in
${operandCases(commands, text)}
  esac
}
${f}() {
  local at="" option="" word kind
  local -i i count=0
  local -a reply
  for ((i = 2; i < CURRENT; i++)); do
    word=$words[i]
    ${f}_below "$at"
    if [[ -n $option ]]; then
      option=""
    elif [[ $word == -*=* ]]; then
      :
    elif [[ $word == -* ]]; then
      [[ -n $(${f}_value "$at" "$word") ]] && option=$word
    elif (( count == 0 && \${#reply} > 0 )) && [[ -n \${(M)reply:#$word:*} ]]; then
      at="\${at:+$at }$word"
    else
      (( count += 1 ))
    fi
  done
  if [[ -z $option && $words[CURRENT] == --*=* ]]; then
    option=\${words[CURRENT]%%=*}
    compset -P '*='
  fi
  reply=()
  ${f}_below "$at"
  if [[ -n $option ]]; then
    kind=$(${f}_value "$at" "$option")
  elif [[ $words[CURRENT] == -* ]]; then
    ${f}_options "$at"
    _describe -o option reply
    return
  elif (( \${#reply} > 0 )); then
    _describe command reply
    return
  else
    kind=$(${f}_operand "$at" "$count")
  fi
  case $kind in
    words*)
      reply=(\${=kind#words})
      compadd -S '' -- \${(M)reply:#*=}
      compadd -- \${reply:#*=}
      ;;
    folders) _files -/ ;;
    files) _files ;;
    jobs) _files -g '*.(yaml|yml)' ;;
  esac
}
if [[ $funcstack[1] == ${f} ]]; then
  ${f} "$@"
else
  compdef ${f} ${name}
fi
`;
}

function text(values: Values): string {
  return values.kind === "words" ? `words ${values.words.join(" ")}` : values.kind;
}

function listLine(path: string, list: readonly { readonly name: string; readonly about: string }[]): string {
  const items = list.map(({ name, about }) => quoted(`${name}:${about}`));
  return `    ${quoted(path)}) reply=(${items.join(" ")}) ;;`;
}
