# bash offer.bash FOLDER LINE: what bash offers at the end of the line with the completions of that folder, one a line, unsorted.
source /usr/share/bash-completion/bash_completion
COMP_LINE=$2 COMP_POINT=${#2}
# As readline does it: cut at blanks, and at each of the characters that break words.
read -ra parts <<<"$(sed 's/[:=]\+/ & /g' <<<"$COMP_LINE")"
COMP_WORDS=("${parts[@]}")
[[ $COMP_LINE == *' ' ]] && COMP_WORDS+=('')
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
program=${COMP_WORDS[0]}
source "$1/$program.bash"
function=$(complete -p "$program" | sed 's/.*-F \([^ ]*\) .*/\1/')
# compopt has nothing to do outside of a completion.
compopt() { :; }
"$function" "$program" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}" 2>&1
((${#COMPREPLY[@]} == 0)) || printf '%s\n' "${COMPREPLY[@]}"
echo '-- end --'
