import CCUDA
import Foundation
import TestSupport
import Testing

@testable import MartletCUDA
@testable import MartletCommandLine
@testable import MartletCompiler
@testable import MartletTraining

/// Steps of several processes whose terms go from GPU to GPU: emulated GPUs, and an imitation of NCCL among threads.
@Suite struct GPUExchanges {
  /// Gradients and running statistics of several sizes, and little to compute.
  private struct Small: Model {
    let inputShape: Shape = [1, 28, 28]
    let pooling = MaxPool2D(4)
    let normalization = BatchNorm2D(1)
    let hidden = Linear(49, 6)
    let out = Linear(6, 10)

    func callAsFunction(_ x: Tensor) throws -> Tensor { try out(hidden(normalization(pooling(x)).flatten()).relu()) }
  }

  /// What a process has after some steps.
  private struct Trained: Sendable {
    var losses: [Float]
    var hash: String
    /// Of the second step: NCCL's calls, and how often memory was copied from the GPU to the host and on the GPU.
    var calls: [String]
    var reads: Int
    var copies: Int
    var note: String?
    var library: String
    var machines: String
  }

  private static let microBatches = 4
  private static let batch = 12

  /// Of one process; compiling it takes seconds.
  private static let one = Result { try trained(1)[0] }

  private static func trained(
    _ processes: Int, gpus: Int? = nil,
    source: @escaping @Sendable (Int) -> NCCLLibrary.Source = { _ in .imitation }
  ) throws -> [Trained] {
    try ThreadProcessGroup.run(count: processes) { group in
      cuda_imitation_devices(Int32(gpus ?? processes))
      let number = try GPUPlacement.number(in: group)
      let device = CompilingDevice(try CUDABackend.emulated(number: number, exchange: source(group.rank)))
      var options = TrainingSession.Options()
      (options.microBatches, options.gradientNorm) = (GPUExchanges.microBatches, 0.5)
      let session = try TrainingSession(Small(), name: "model", device: device, options: options, group: group)
      let route = try session.exchangeRoute()
      let (pixels, labels) = GeneratedDigits.images(3 * GPUExchanges.batch, seed: 5)
      let images = try labelledImages([1, 28, 28], pixels, labels)
      try session.prepare(trainingBatches: [GPUExchanges.batch], testBatches: [])
      var (losses, calls, reads, copies) = ([Float](), [String](), 0, 0)
      for step in 0..<3 {
        nccl_imitation_forget()
        let before = (cuda_imitation_calls("copy_to_host"), cuda_imitation_calls("copy_on_device"))
        let samples = Array(step * GPUExchanges.batch..<(step + 1) * GPUExchanges.batch)
        losses.append(try session.train(images, samples, learningRate: 0.002, number: step + 1))
        guard step == 1 else { continue }
        calls = String(cString: nccl_imitation_log()).split(separator: " ").map(String.init)
        reads = Int(cuda_imitation_calls("copy_to_host") - before.0)
        copies = Int(cuda_imitation_calls("copy_on_device") - before.1)
      }
      let hash = try session.weightsHash()
      try session.finishExchange()
      #expect(nccl_imitation_live() == 0 && nccl_imitation_calls("comm_cancel") == 0)
      return Trained(
        losses: losses, hash: hash, calls: calls, reads: reads, copies: copies, note: route?.note,
        library: StartEvent.libraries(group, route), machines: StartEvent.machines(group, route, microBatches: session.microBatches))
    }
  }

  /// The bits of one process, with no term copied to the host. What all processes together read is what one process reads: for each micro-batch the loss and how
  /// many samples are right, for each gradient the sum of its squares.
  @Test func bitsAreThoseOfOneProcess() throws {
    let one = try GPUExchanges.one.get()
    #expect(one.calls.isEmpty && one.note == nil && one.library == "threads" && one.copies == 0)
    for processes in 2...4 {
      let several = try GPUExchanges.trained(processes)
      #expect(several.reduce(0) { $0 + $1.reads } == one.reads, "\(several.map(\.reads)) and \(one.reads)")
      for (rank, own) in several.enumerated() {
        #expect(own.losses == one.losses && own.hash == one.hash, "process \(rank) of \(processes)")
        #expect(own.copies > 0)
        #expect(own.library == "threads, NCCL 2.27.3" && own.note == nil)
        #expect(own.machines.hasSuffix("\"library\": \"threads, NCCL 2.27.3\"}"))
        // Sums, then values: a group each.
        #expect(own.calls.filter { $0 == "group_start" }.count == 2 && own.calls.filter { $0 == "group_end" }.count == 2)
        #expect(own.calls.first == "group_start" && own.calls.last == "group_end")
        #expect(own.calls.allSatisfy { $0.hasPrefix("group_") || $0.hasPrefix("send(") || $0.hasPrefix("receive(") }, "\(own.calls)")
        // What a process sends to another is what that one receives from it, in this order.
        for (other, theirs) in several.enumerated() where other != rank {
          func bytes(_ calls: [String], _ prefix: String) -> [Substring] {
            calls.filter { $0.hasPrefix(prefix) }.map { $0.dropFirst(prefix.count) }
          }
          #expect(bytes(own.calls, "send(\(other),") == bytes(theirs.calls, "receive(\(rank),"))
        }
      }
    }
  }

  /// The same bits through the host's memory, with a reason in all processes.
  @Test func theHostIsTheOtherWay() throws {
    let one = try GPUExchanges.one.get()
    let shared = try GPUExchanges.trained(2, gpus: 1)
    let missing = try GPUExchanges.trained(2) { $0 == 1 ? .missing("libnccl.so.2: cannot open shared object file") : .imitation }
    for (own, reason) in shared.map({ ($0, "share a GPU") }) + missing.map({ ($0, "process 1 cannot load NCCL (libnccl.so.2") }) {
      #expect(own.hash == one.hash && own.losses == one.losses)
      #expect(own.calls.isEmpty && own.library == "threads")
      #expect(own.note?.hasPrefix("GPUs exchange gradients through the memory of their machines: ") == true)
      #expect(own.note?.contains(reason) == true, "\(own.note ?? "no note")")
      #expect(own.reads > one.reads)
    }
  }

  /// An error of NCCL in the middle of a step comes out of the step.
  @Test func aStepThrowsWhatNCCLReports() throws {
    #expect {
      _ = try ThreadProcessGroup.run(count: 2) { group in
        cuda_imitation_devices(2)
        let device = CompilingDevice(try CUDABackend.emulated(number: group.rank, exchange: .imitation))
        var options = TrainingSession.Options()
        options.microBatches = 2
        let session = try TrainingSession(Small(), name: "model", device: device, options: options, group: group)
        let (pixels, labels) = GeneratedDigits.images(4, seed: 5)
        let images = try labelledImages([1, 28, 28], pixels, labels)
        if group.rank == 1 { nccl_imitation_fail("group_end", 1, 1) }
        _ = try session.train(images, Array(0..<4), learningRate: 0.002, number: 1)
      }
    } throws: { error in
      (error as? MartletError)?.number == CUDAErrorCode.exchangeCall.rawValue
    }
  }
}
