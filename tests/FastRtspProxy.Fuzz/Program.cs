using FastRtspProxy.Fuzz;

return FuzzProgram.Run(args);
