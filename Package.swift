// swift-tools-version: 6.0
import PackageDescription

// The commit, which Tools/release passes in. `Context.gitInformation` would not do: SwiftPM keeps the first answer for a package while
// Package.swift stays the same. Only the executable depends on CVersion, so that another commit compiles two small files.
let commit = Context.environment["MARTLET_COMMIT"].flatMap { text in
  let isPlain = text.utf8.count <= 80 && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == " ") }
  return isPlain && !text.isEmpty ? text : nil
}

// Dependencies point upwards only; docs/architecture.md draws them. LLVM, OpenBLAS, CUDA, NCCL, MPI, libpng and TurboJPEG are loaded at run time,
// so nothing here needs them to build, and there are no unsafe flags: any package can depend on this one.
let package = Package(
  name: "Martlet",
  products: [
    // Everything but the command line.
    .library(name: "Martlet", targets: ["Martlet"]),
    // Parts for programs that need no more than these.
    .library(name: "MartletGraph", targets: ["MartletGraph"]),
    .library(name: "MartletLoopIR", targets: ["MartletLoopIR"]),
    .library(name: "MartletCompiler", targets: ["MartletCompiler"]),
    .library(name: "MartletTraining", targets: ["MartletTraining"]),
    .library(name: "MartletInspection", targets: ["MartletInspection"]),
    // The subcommands of `martlet` for models of one's own.
    .library(name: "MartletCommandLine", targets: ["MartletCommandLine"]),
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
    .target(name: "CMPI"),
    .target(name: "MartletMPI", dependencies: ["MartletCore", "MartletRuntime", "CMPI"]),
    .target(name: "CImages"),
    .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
    .target(
      name: "MartletCompiler",
      dependencies: [
        "MartletCore", "MartletGraph", "MartletLayers", "MartletTransforms", "MartletLoopIR", "MartletRuntime", "MartletLowering",
      ]),
    .target(
      name: "MartletTraining",
      dependencies: [
        "MartletCore", "MartletGraph", "MartletLayers", "MartletTransforms", "MartletRuntime", "MartletLowering", "MartletCPU",
        "MartletCUDA", "MartletCompiler", "CImages", "CZlib",
      ]),
    .target(
      name: "MartletInspection",
      dependencies: [
        "MartletCore", "MartletGraph", "MartletLayers", "MartletTransforms", "MartletLoopIR", "MartletRuntime", "MartletLowering",
        "MartletCPU", "MartletCUDA", "MartletCompiler", "MartletTraining",
      ],
      // The page of the report: its markup, style and script become bytes of the program.
      resources: ["html", "css"].map { .embedInCode("Report/Page/page.\($0)") }
        + ["data", "outline", "layout", "drawing", "viewport", "panel", "kernels", "memory", "timeline", "start"]
        .map { .embedInCode("Report/Page/\($0).js") }),
    .target(
      name: "Martlet",
      dependencies: [
        "MartletCore", "MartletGraph", "MartletLayers", "MartletTransforms", "MartletLoopIR", "MartletRuntime", "MartletLowering",
        "MartletCPU", "MartletCUDA", "MartletCompiler", "MartletTraining", "MartletInspection",
      ]),
    .target(
      name: "MartletCommandLine",
      dependencies: ["Martlet", "MartletMPI", .product(name: "ArgumentParser", package: "swift-argument-parser")]),
    .target(name: "CVersion", cSettings: commit.map { [.define("MARTLET_COMMIT", to: "\"\($0)\"")] } ?? []),
    .executableTarget(name: "MartletTool", dependencies: ["MartletCommandLine", "CVersion"], path: "Tools/martlet"),
    // Tests: a folder for each target, and Conformance, which runs everything on every device.
    .target(
      name: "TestSupport",
      dependencies: [
        "MartletCore", "MartletGraph", "MartletLayers", "MartletLoopIR", "MartletRuntime", "MartletLowering", "MartletCPU", "MartletCUDA",
        "MartletCompiler", "MartletTraining", "MartletInspection", "MartletMPI", "MartletCommandLine", "CCUDA",
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
    // A program that the tests start with mpirun.
    .executableTarget(name: "ProcessProbe", dependencies: ["MartletCore", "MartletRuntime", "MartletMPI"], path: "Tests/ProcessProbe"),
    .testTarget(name: "MartletMPITests", dependencies: ["TestSupport", "MartletMPI", "ProcessProbe"]),
    .testTarget(name: "MartletCUDATests", dependencies: ["TestSupport", "MartletTransforms"]),
    .testTarget(name: "MartletTrainingTests", dependencies: ["TestSupport", "MartletCommandLine"]),
    // As any program uses the library: only what is public.
    .testTarget(name: "LibraryTests", dependencies: ["Martlet"], packageAccess: false),
    .testTarget(name: "ConformanceTests", dependencies: ["TestSupport", "MartletLayers", "MartletTransforms"]),
  ],
  swiftLanguageModes: [.v6]
)

// libFuzzer over the readers of files: only where Tests/fuzz asks for it, with the sanitizers that it links.
if Context.environment["MARTLET_FUZZER"] != nil {
  package.targets.append(
    .executableTarget(name: "fuzz-readers", dependencies: ["TestSupport", "MartletCore"], path: "Tests/Fuzzing/fuzz-readers"))
}

// The pages of the API: only where Tools/documentation asks for them, so that no user resolves the plugin.
if Context.environment["MARTLET_DOCUMENTATION"] != nil {
  package.dependencies.append(.package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.4.0"))
}
