# bash completion for rtspsim. Made from the program's table of options: MadeFileTests.

_rtspsim() {
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
    local cur=${words[-1]} name='' takes=0 command=''
    COMPREPLY=()
    for word in "${words[@]:1:${#words[@]}-2}"; do
        if ((takes > 0)); then
            ((takes--))
            continue
        fi
        name=$word
        case $word in
            --*=*) ;;
            --streams | --path | --bind | -p | --port | --tls-port | --video | --audio | --back-channel | --bitrate | --fps | --gop | --size | --transports | --multicast | --srtp | -u | --user | --auth | --personality | --fail | --seed | --register | --register-user | --replay | --speed | --duration | --threads | -n | --clients | -t | --transport | --ramp | -d | --churn | --vanish | --slow | --stopped | --tracks | --talk | --json | --html | --max-loss | --max-p99 | --min-clients | --local | --timeout | --watch-pid | --check) takes=1 ;;
            -*) ;;
            *) command=${command:-$word} ;;
        esac
    done
    if ((takes == 0)) && [[ $cur == --*=* ]]; then
        name=${cur%%=*}
        cur=${cur#*=}
        takes=1
    fi
    if ((takes > 0)); then
        case "$command $name" in
            "camera --video")
                COMPREPLY+=($(compgen -W 'clip clip-h265 h264 h265 mjpeg vp9 av1 mpeg4 mpeg2 ts jpeg2000 opaque none' -- "$cur"))
                ;;
            "camera --audio")
                COMPREPLY+=($(compgen -W 'clip pcmu none' -- "$cur"))
                ;;
            "camera --back-channel")
                COMPREPLY+=($(compgen -W 'pcmu pcma pcmu,pcma' -- "$cur"))
                ;;
            "camera --transports")
                COMPREPLY+=($(compgen -W 'udp tcp udp,tcp' -- "$cur"))
                ;;
            "camera --srtp")
                COMPREPLY+=($(compgen -W 'mikey sdes client' -- "$cur"))
                ;;
            "camera --auth")
                COMPREPLY+=($(compgen -W 'basic digest digest-md5 digest-md5-sess digest-sha256 digest-sha256-sess digest-sha512-256' -- "$cur"))
                ;;
            "camera --personality")
                COMPREPLY+=($(compgen -W 'plain hikvision dahua reolink' -- "$cur"))
                compopt -o filenames 2>/dev/null
                while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$cur")
                ;;
            "camera --replay")
                compopt -o filenames 2>/dev/null
                while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$cur")
                ;;
            "load -t" | "load --transport")
                COMPREPLY+=($(compgen -W 'udp tcp http multicast mix' -- "$cur"))
                ;;
            "load --tracks")
                COMPREPLY+=($(compgen -W 'all video audio application text' -- "$cur"))
                ;;
            "load --json")
                compopt -o filenames 2>/dev/null
                while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$cur")
                ;;
            "load --html")
                compopt -o filenames 2>/dev/null
                while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$cur")
                ;;
            "probe -t" | "probe --transport")
                COMPREPLY+=($(compgen -W 'udp tcp' -- "$cur"))
                ;;
            "replay --check")
                compopt -o filenames 2>/dev/null
                while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$cur")
                ;;
        esac
        return 0
    fi
    case $command in
        '')
            if [[ $cur == -* ]]; then
                COMPREPLY=($(compgen -W '-h --help --version' -- "$cur"))
            else
                COMPREPLY=($(compgen -W 'camera load probe replay' -- "$cur"))
            fi
            ;;
        camera) [[ $cur == -* ]] && COMPREPLY=($(compgen -W '--streams --path --bind -p --port --tls-port --video --audio --metadata --back-channel --bitrate --fps --gop --size --paced --any-frame --no-sei --transports --multicast --srtp -u --user --auth --personality --fail --seed --register --register-user --replay --speed --once --duration --threads -h --help' -- "$cur")) ;;
        load) [[ $cur == -* ]] && COMPREPLY=($(compgen -W '-n --clients -t --transport --ramp -d --duration --churn --vanish --slow --stopped --tracks --talk --verify --json --html --max-loss --max-p99 --min-clients --local --gro --threads --timeout --insecure-tls --watch-pid --plain -h --help' -- "$cur")) ;;
        probe) [[ $cur == -* ]] && COMPREPLY=($(compgen -W '-t --transport -d --duration --timeout --no-checks --insecure-tls -h --help' -- "$cur")) ;;
        replay) [[ $cur == -* ]] && COMPREPLY=($(compgen -W '--check -p --port --bind -d --duration --timeout --all -h --help' -- "$cur")) ;;
    esac
    return 0
}

complete -F _rtspsim rtspsim
