import CVersion
import MartletCommandLine

MartletVersion.setCommit(String(cString: martlet_commit()))
MartletCommand.main()
