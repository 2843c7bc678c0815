// swift-tools-version: 6.0
import PackageDescription

// A package of its own that depends on Martlet: what a user writes to get the whole command line for a model of theirs.
let package = Package(
  name: "LeNet",
  dependencies: [.package(name: "Martlet", path: "../../..")],
  targets: [.executableTarget(name: "lenet", dependencies: [.product(name: "Martlet", package: "Martlet")])],
  swiftLanguageModes: [.v6]
)
