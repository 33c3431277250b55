# In a terminal: completes the line once, notes what is offered, and a last line when that is all.
fpath=($OFFER_FOLDER $fpath)
# A long list is not shown, so that nobody is asked whether it should be.
setopt no_auto_list
autoload -Uz compinit
compinit -u -D
compadd() {
    local -a offered
    # With these it fills arrays for its caller and offers nothing.
    if (( ${argv[(i)-[OAD]]} <= $# )); then
        builtin compadd "$@"
        return
    fi
    builtin compadd -A offered "$@"
    print -rl -- $offered >> $OFFER_FILE
    builtin compadd "$@"
}
zle-line-init() {
    BUFFER=$OFFER_LINE
    CURSOR=$#BUFFER
    zle complete-word
    print -- '-- end --' >> $OFFER_FILE
    exit
}
zle -N zle-line-init
