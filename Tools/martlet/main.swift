import Martlet

MartletCommand.main()
