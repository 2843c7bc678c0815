import MartletCommandLine

MartletCommand.main()
