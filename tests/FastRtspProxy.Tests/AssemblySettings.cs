// Most of these tests wait for something most of their time: two cores carry four at once.
[assembly: CollectionBehavior(MaxParallelThreads = 4)]
