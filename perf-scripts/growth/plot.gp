# Four plots in one: cost and memory, against cameras and against viewers; the data are model.py's files in the folder `work`.
set terminal svg size 1000,760 dynamic background rgb 'white' font 'sans-serif,12'
set multiplot layout 2,2
set datafile missing '-'
set grid lc rgb '#d0d0d0'
set key top right
set logscale xy
set style line 1 lc rgb '#1f77b4' lw 2 pt 7 ps 0.6
set style line 2 lc rgb '#1f77b4' lw 1.5 pt 6 ps 0.6 dt 2
set style line 3 lc rgb '#d62728' lw 2 pt 7 ps 0.6
set style line 4 lc rgb '#d62728' lw 1.5 pt 6 ps 0.6 dt 2
file(sweep) = work . '/' . sweep . '.dat'
do for [panel=0:3] {
    sweep = panel % 2 == 0 ? 'cameras' : 'viewers'
    set xlabel panel % 2 == 0 ? sprintf('cameras of %d kbit/s, a viewer each', camera_kbit) : sprintf('viewers of one camera of %d kbit/s', viewer_kbit)
    set ylabel panel < 2 ? 'processor time, µs a packet' : 'resident memory, MB'
    if (panel < 2) { column = 2; set key top right } else { column = 6; set key top left }
    plot file(sweep) using 1:column with linespoints ls 1 title 'proxy, UDP', \
         file(sweep) using 1:(column(column+1)) with linespoints ls 2 title 'floor, UDP', \
         file(sweep) using 1:(column(column+2)) with linespoints ls 3 title 'proxy, TCP', \
         file(sweep) using 1:(column(column+3)) with linespoints ls 4 title 'floor, TCP'
}
unset multiplot
