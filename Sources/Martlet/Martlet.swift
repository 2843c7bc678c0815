/// One import that writes, trains, dumps and benchmarks a model.
@_exported import MartletCPU
@_exported import MartletCUDA
@_exported import MartletCompiler
@_exported import MartletCore
@_exported import MartletGraph
@_exported import MartletInspection
@_exported import MartletLayers
@_exported import MartletLoopIR
@_exported import MartletLowering
@_exported import MartletRuntime
@_exported import MartletTraining
@_exported import MartletTransforms
