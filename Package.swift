// swift-tools-version: 6.0
import PackageDescription

// Dependencies point upwards only; docs/architecture.md draws them. LLVM, OpenBLAS, CUDA, libpng and TurboJPEG are loaded at run time, so
// nothing here needs them to build, and there are no unsafe flags: any package can depend on this one.
let package = Package(
  name: "Martlet",
  products: [
    .library(name: "Martlet", targets: ["Martlet"]),
    .executable(name: "martlet", targets: ["MartletTool"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
    .target(name: "CHost"),
    .target(name: "MartletCore", dependencies: ["CHost"]),
    .target(name: "MartletGraph", dependencies: ["MartletCore"]),
    .target(name: "MartletLayers", dependencies: ["MartletCore", "MartletGraph"]),
    .target(name: "MartletTransforms", dependencies: ["MartletCore", "MartletGraph"]),
    .target(name: "MartletLoopIR", dependencies: ["MartletCore"]),
    .target(name: "MartletRuntime", dependencies: ["MartletCore", "MartletLoopIR", "CHost"]),
    .target(
      name: "MartletLowering",
      dependencies: ["MartletCore", "MartletGraph", "MartletLoopIR", "MartletRuntime"]),
    .target(name: "CLLVM"),
    .target(
      name: "MartletCPU", dependencies: ["MartletCore", "MartletLoopIR", "MartletRuntime", "CLLVM", "CHost"]),
    .target(name: "CCUDA"),
    .target(name: "MartletCUDA", dependencies: ["MartletCore", "MartletLoopIR", "MartletRuntime", "CCUDA"]),
    .target(name: "CImages"),
    .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
    .target(
      name: "MartletTraining",
      dependencies: [
        "MartletCore", "MartletGraph", "MartletLayers", "MartletTransforms", "MartletLoopIR", "MartletRuntime",
        "MartletLowering", "MartletCPU", "MartletCUDA", "CImages", "CZlib",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .target(
      name: "Martlet",
      dependencies: [
        "MartletCore", "MartletGraph", "MartletLayers", "MartletTransforms", "MartletLoopIR", "MartletRuntime",
        "MartletLowering", "MartletCPU", "MartletCUDA", "MartletTraining",
      ]),
    .executableTarget(name: "MartletTool", dependencies: ["Martlet"], path: "Tools/martlet"),
    // Tests: a folder for each target, and Conformance, which runs everything on every device.
    .target(
      name: "TestSupport",
      dependencies: [
        "MartletCore", "MartletGraph", "MartletLayers", "MartletLoopIR", "MartletRuntime", "MartletLowering", "MartletCPU", "MartletCUDA",
        "MartletTraining", "CCUDA",
      ],
      path: "Tests/TestSupport"),
    .testTarget(name: "MartletCoreTests", dependencies: ["TestSupport"]),
    .testTarget(name: "MartletGraphTests", dependencies: ["TestSupport", "MartletTransforms"]),
    .testTarget(name: "MartletLayersTests", dependencies: ["TestSupport", "MartletLayers"]),
    .testTarget(name: "MartletTransformsTests", dependencies: ["TestSupport", "MartletTransforms"], exclude: ["Cases"]),
    .testTarget(name: "MartletLoopIRTests", dependencies: ["TestSupport"], exclude: ["Kernels"]),
    .testTarget(name: "MartletLoweringTests", dependencies: ["TestSupport", "MartletTransforms"]),
    .testTarget(name: "MartletRuntimeTests", dependencies: ["TestSupport"]),
    .testTarget(name: "MartletCPUTests", dependencies: ["TestSupport"]),
    .testTarget(name: "MartletCUDATests", dependencies: ["TestSupport", "MartletTransforms"]),
    .testTarget(name: "MartletTrainingTests", dependencies: ["TestSupport", "Martlet"]),
    // As any program uses the library: without @testable, and without the other modules of the tests.
    .testTarget(name: "LibraryTests", dependencies: ["Martlet"]),
    .testTarget(name: "ConformanceTests", dependencies: ["TestSupport", "MartletLayers", "MartletTransforms"]),
  ],
  swiftLanguageModes: [.v6]
)

// libFuzzer over the readers of files: only where Tests/fuzz asks for it, with the sanitizers that it links.
if Context.environment["MARTLET_FUZZER"] != nil {
  package.targets.append(
    .executableTarget(name: "fuzz-readers", dependencies: ["TestSupport", "MartletCore"], path: "Tests/Fuzzing/fuzz-readers"))
}
