# zsh -f offer.zsh FOLDER LINE: what zsh offers at the end of the line with the completions of that folder, one a line, unsorted.
zmodload zsh/zpty || exit 2
export OFFER_FOLDER=$1 OFFER_LINE=$2 OFFER_FILE=$(mktemp)
zpty terminal 'TERM=dumb zsh -f -i'
zpty -w terminal "source ${(q)0:A:h}/offer-inside.zsh"
while zpty -r terminal chunk; do :; done >/dev/null 2>&1
cat $OFFER_FILE
rm -f $OFFER_FILE
