# fish completion for fastrtspproxy. Made from the program's table of options: MadeFileTests.

complete -c fastrtspproxy -f

# Options stand before the URLs, and not where an option has its second value.
function __fastrtspproxy_takes_options
    set -l words (commandline -opc)
    not string match -q -- '*://*' $words; and not contains -- "$words[-2]" -u -U -C
end

complete -c fastrtspproxy -n '__fastrtspproxy_takes_options' -o v -d 'say what happens to streams and viewers'
complete -c fastrtspproxy -n '__fastrtspproxy_takes_options' -o V -d 'as -v, and every RTSP message from and to the cameras'
complete -c fastrtspproxy -n '__fastrtspproxy_takes_options' -o t -d 'get the media over the RTSP connection'
complete -c fastrtspproxy -n '__fastrtspproxy_takes_options' -o T -x -d 'reach the cameras by RTSP over HTTP, on that port'
complete -c fastrtspproxy -n '__fastrtspproxy_takes_options' -o p -x -d 'listen for viewers on this port'
complete -c fastrtspproxy -n '__fastrtspproxy_takes_options' -o u -x -d 'credentials for the cameras given here'
complete -c fastrtspproxy -n '__fastrtspproxy_takes_options' -o R -d 'accept REGISTER and DEREGISTER requests'
complete -c fastrtspproxy -n '__fastrtspproxy_takes_options' -o U -x -d 'demand these for REGISTER and DEREGISTER'
complete -c fastrtspproxy -n '__fastrtspproxy_takes_options' -o D -x -d 'a camera that sends nothing for so long is lost and tried again'
complete -c fastrtspproxy -n '__fastrtspproxy_takes_options' -o e -x -d 'name the streams PREFIX, or PREFIX-1, PREFIX-2, '
complete -c fastrtspproxy -n '__fastrtspproxy_takes_options' -o C -x -d 'viewers must log in'
complete -c fastrtspproxy -n '__fastrtspproxy_takes_options' -l config -r -F -d 'read a configuration'
complete -c fastrtspproxy -n '__fastrtspproxy_takes_options' -l check -d 'with --config: say what is wrong with the file, and end with 0 if ...'
complete -c fastrtspproxy -n '__fastrtspproxy_takes_options' -l healthcheck -d 'ask a running proxy by HTTP whether it lives'
complete -c fastrtspproxy -n '__fastrtspproxy_takes_options' -l demo -d 'serve a built-in camera'
complete -c fastrtspproxy -n '__fastrtspproxy_takes_options' -l bind -x -d 'listen on this local address only'
complete -c fastrtspproxy -n '__fastrtspproxy_takes_options' -l udp-ports -x -d 'UDP ports of the front-end, in even/odd pairs, one pair for each ...'
complete -c fastrtspproxy -n '__fastrtspproxy_takes_options' -l rtsps -x -d 'also listen on this port for viewers that come by TLS'
complete -c fastrtspproxy -n '__fastrtspproxy_takes_options' -l certificate -r -F -d 'with --rtsps: the certificate that viewers are shown, a PEM file ...'
complete -c fastrtspproxy -n '__fastrtspproxy_takes_options' -l key -r -F -d 'with --certificate: the PEM file with its private key, without a ...'
complete -c fastrtspproxy -n '__fastrtspproxy_takes_options' -l http -x -d 'serve health, metrics, API and a page with the live picture by HTTP ...'
complete -c fastrtspproxy -n '__fastrtspproxy_takes_options' -l max-clients -x -d 'viewers in all'
complete -c fastrtspproxy -n '__fastrtspproxy_takes_options' -l max-clients-per-address -x -d 'viewers from one address'
complete -c fastrtspproxy -n '__fastrtspproxy_takes_options' -l max-clients-per-mount -x -d 'viewers of one stream'
complete -c fastrtspproxy -n '__fastrtspproxy_takes_options' -l memory -x -d 'the budget for media in memory, all streams together, and an eighth ...'
complete -c fastrtspproxy -n '__fastrtspproxy_takes_options' -l slow-timeout -x -d 'close a viewer that takes nothing for so long'
complete -c fastrtspproxy -n '__fastrtspproxy_takes_options' -l threads -x -d 'event loops'
complete -c fastrtspproxy -n '__fastrtspproxy_takes_options' -l coalesce -x -d 'while dozens of cameras are busy, what they send is gathered for so ...'
complete -c fastrtspproxy -n '__fastrtspproxy_takes_options' -l offer-sha256 -d 'with -C: offer Digest SHA-256 beside MD5'
complete -c fastrtspproxy -n '__fastrtspproxy_takes_options' -l register-from -x -d 'with -R: only these addresses may REGISTER'
complete -c fastrtspproxy -n '__fastrtspproxy_takes_options' -l max-registered -x -d 'with -R: registered streams at most'
complete -c fastrtspproxy -n '__fastrtspproxy_takes_options' -l allow-private-register -d 'with -R: let REGISTER name cameras on this machine'
complete -c fastrtspproxy -n '__fastrtspproxy_takes_options' -l insecure-tls -d 'do not check the certificates of rtsps:// cameras'
complete -c fastrtspproxy -n '__fastrtspproxy_takes_options' -l always-on -d 'pull every camera from the start, viewers or not'
complete -c fastrtspproxy -n '__fastrtspproxy_takes_options' -l linger -x -d 'go on pulling a camera for so long after its last viewer has gone'
complete -c fastrtspproxy -n '__fastrtspproxy_takes_options' -l hold -x -d 'keep the viewers of a lost camera for so long, from its loss until ...'
complete -c fastrtspproxy -n '__fastrtspproxy_takes_options' -l answer-timeout -x -d 'wait so long for a camera\'s answer to DESCRIBE, SETUP and PLAY'
complete -c fastrtspproxy -n '__fastrtspproxy_takes_options' -l start -x -a 'auto past instant keyframe live' -d 'what a joining viewer gets first: auto'
complete -c fastrtspproxy -n '__fastrtspproxy_takes_options' -l gop-cache -x -d 'what is kept in memory for those who join, of each stream'
complete -c fastrtspproxy -n '__fastrtspproxy_takes_options' -l help -d 'print this and end'
complete -c fastrtspproxy -n '__fastrtspproxy_takes_options' -l version -d 'print the version and end'
