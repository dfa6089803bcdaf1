// Ends this process with the one that started it, however that one ends: its standard input closes.

process.stdin.on('end', () => process.exit(1)).resume();
