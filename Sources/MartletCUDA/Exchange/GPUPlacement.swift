import Glibc
import MartletCore
import MartletRuntime

/// Which GPU of its machine each process of a run takes.
package enum GPUPlacement {
  /// How many processes with lower numbers run on the machine of this one. Every process calls it together.
  package static func number(in group: any ProcessGroup, host: String = GPUPlacement.host) throws -> Int {
    let hosts = try group.gatherTexts(host)
    return hosts.prefix(group.rank).count { $0 == host }
  }

  /// Tells this machine from others: its name, and what the system draws when it starts, for names need not differ.
  package static var host: String {
    var name = [CChar](repeating: 0, count: 256)
    _ = gethostname(&name, name.count - 1)
    let text = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let start = (try? FileBytes.readText("/proc/sys/kernel/random/boot_id")) ?? ""
    return "\(text) \(start.filter { !$0.isWhitespace })"
  }
}

/// What a process tells the others before all of them decide how buffers come from one GPU to another.
struct ExchangeCard: Hashable {
  /// As `GPUPlacement.host`.
  var host: String
  /// As `CUDAContext.address()`.
  var gpu: String
  /// The version of NCCL, or nil and why there is none.
  var version: String?
  var absence = ""

  var text: String { [host, gpu, version ?? "", absence].map { $0.replacing("\n", with: " ") }.joined(separator: "\n") }

  init(host: String, gpu: String, version: String?, absence: String = "") {
    (self.host, self.gpu, self.version, self.absence) = (host, gpu, version, absence)
  }

  init(_ text: String) {
    let fields = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    func field(_ number: Int) -> String { number < fields.count ? fields[number] : "" }
    self.init(host: field(0), gpu: field(1), version: field(2).isEmpty ? nil : field(2), absence: field(3))
  }

  /// Why these processes, in the order of their numbers, cannot use NCCL together; nil where they can.
  static func obstacle(_ cards: [ExchangeCard]) -> String? {
    if let missing = cards.firstIndex(where: { $0.version == nil }) {
      return "process \(missing) cannot load NCCL (\(cards[missing].absence)); MARTLET_NCCL may name the library's file"
    }
    if let other = cards.firstIndex(where: { $0.version != cards[0].version }) {
      return
        "process 0 has NCCL \(cards[0].version ?? ""), process \(other) has NCCL \(cards[other].version ?? ""); give all machines the same one"
    }
    for (number, card) in cards.enumerated() {
      guard let first = cards[..<number].firstIndex(where: { $0.host == card.host && $0.gpu == card.gpu }) else { continue }
      return "processes \(first) and \(number) share a GPU, which NCCL refuses; start as many processes on a machine as it has GPUs"
    }
    return nil
  }
}
