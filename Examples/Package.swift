// swift-tools-version: 6.0
import PackageDescription

/// A program in the folder of its name. `files` are data beside it, which it reads when it runs.
func example(_ name: String, files: [String] = [], product: String = "Martlet") -> Target {
  .executableTarget(name: name, dependencies: [.product(name: product, package: "Martlet")], path: name, exclude: files)
}

// A package of its own that depends on Martlet, as yours would: with `url:` and a version in place of `path:`.
let package = Package(
  name: "Examples",
  dependencies: [.package(name: "Martlet", path: "..")],
  targets: [
    example("regression", files: ["houses.csv", "make_houses.py"]),
    example("autoencoder"),
    example("gan"),
    example("image-folder", files: ["shapes", "make_shapes.py"]),
    example("own-layer"),
    example("own-data-source"),
    example("lstm"),
    example("gpt"),
    example("segmentation"),
    // The command line of `martlet` for models of its own.
    example("lenet", files: ["check"], product: "MartletCommandLine"),
  ],
  swiftLanguageModes: [.v6]
)
