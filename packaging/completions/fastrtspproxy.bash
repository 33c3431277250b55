# bash completion for fastrtspproxy. Made from the program's table of options: MadeFileTests.

_fastrtspproxy() {
    local -a words=()
    local word line=${COMP_LINE:0:COMP_POINT} i
    for ((i = 0; i <= COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        ((i < COMP_CWORD)) || word=${line#"${line%%[![:space:]]*}"}
        if ((${#words[@]} == 0)) || [[ $line == [[:space:]]* || -z $line ]]; then
            words+=("$word")
        else
            words[-1]+=$word
        fi
        line=${line#"${line%%[![:space:]]*}"}
        line=${line#"$word"}
    done
    local cur=${words[-1]} name='' takes=0
    COMPREPLY=()
    for word in "${words[@]:1:${#words[@]}-2}"; do
        if ((takes > 0)); then
            ((takes--))
            continue
        fi
        name=$word
        case $word in
            --*=*) ;;
            -T | -p | -D | -e | --config | --capture | --seconds | --capture-size | --pcap | --bind | --udp-ports | --rtsps | --certificate | --key | --http | --max-clients | --max-clients-per-address | --max-clients-per-mount | --memory | --slow-timeout | --threads | --coalesce | --register-from | --max-registered | --linger | --hold | --answer-timeout | --start | --gop-cache | --multicast) takes=1 ;;
            -u | -U | -C) takes=2 ;;
            -*) ;;
            *) return 0 ;; # options stand before the URLs
        esac
    done
    if ((takes == 0)) && [[ $cur == --*=* ]]; then
        name=${cur%%=*}
        cur=${cur#*=}
        takes=1
    fi
    if ((takes > 0)); then
        case $name in
            --config)
                compopt -o filenames 2>/dev/null
                while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$cur")
                ;;
            --capture)
                compopt -o filenames 2>/dev/null
                while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$cur")
                ;;
            --pcap)
                compopt -o filenames 2>/dev/null
                while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$cur")
                ;;
            --certificate)
                compopt -o filenames 2>/dev/null
                while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$cur")
                ;;
            --key)
                compopt -o filenames 2>/dev/null
                while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$cur")
                ;;
            --start)
                COMPREPLY+=($(compgen -W 'auto past instant keyframe live' -- "$cur"))
                ;;
        esac
        return 0
    fi
    [[ $cur == -* ]] && COMPREPLY=($(compgen -W '-v -V -t -T -p -u -R -U -D -e -C --config --check --healthcheck --demo --capture --seconds --capture-size --with-media --pcap --bind --udp-ports --rtsps --certificate --key --http --max-clients --max-clients-per-address --max-clients-per-mount --memory --slow-timeout --threads --coalesce --offer-sha256 --register-from --max-registered --allow-private-register --insecure-tls --always-on --linger --hold --answer-timeout --start --gop-cache --multicast --help --version' -- "$cur"))
    return 0
}

complete -F _fastrtspproxy fastrtspproxy
