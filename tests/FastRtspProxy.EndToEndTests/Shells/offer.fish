# fish --no-config offer.fish FOLDER LINE: what fish offers at the end of the line with the completions of that folder, one a line, unsorted.
for file in $argv[1]/*.fish
    source $file
end
complete -C $argv[2] | string replace -r '\t.*' ''
echo '-- end --'
