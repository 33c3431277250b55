// Compiled into every project of this folder (Directory.Build.props): memory of stackalloc holds whatever was there. Who needs zeros writes them.
[module: System.Runtime.CompilerServices.SkipLocalsInit]
