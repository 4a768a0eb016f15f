import Display
import Hashing

extension Fold: CustomStringConvertible {
    /// How many samples there are to learn from and to test on, and which ones.
    public var description: String { "train on \(listedSamples(train)), test on \(listedSamples(test))" }
}

extension NestedFold: CustomStringConvertible {
    /// The outer fold and the number of inner ones.
    public var description: String { "\(outer); \(Number.counted(inner.count, "inner fold"))" }
}

extension Folds: CustomStringConvertible {
    /// How samples are split, in words.
    public var description: String {
        switch self {
        case .kFold(let count, nil): "\(count) consecutive folds"
        case .kFold(let count, let seed?): "\(count) folds, shuffled with seed \(seed)"
        case .leaveOneRunOut: "each run left out in turn"
        case .groupKFold(let count, let groups): "\(count) folds that keep \(counted(groups)) whole"
        case .leaveOneGroupOut(let groups): "each of \(counted(groups)) left out in turn"
        case .predefined(let tested):
            "\(Set(tested.filter { $0 >= 0 }).count) predefined folds of \(Number.counted(tested.count, "sample"))"
        case .splits(let folds): Number.counted(folds.count, "given split")
        }
    }

    /// The description with a number that tells groups and splits from others of as many samples.
    package var setting: String {
        let numbers: [Int] =
            switch self {
            case .kFold, .leaveOneRunOut: []
            case .groupKFold(_, let groups), .leaveOneGroupOut(let groups): groups
            case .predefined(let tested): tested
            case .splits(let folds): folds.flatMap { $0.train + [-1] + $0.test + [-2] }
            }
        guard !numbers.isEmpty else { return description }
        let checksum: UInt64 = numbers.withUnsafeBytes { FNV1a($0).value }
        return "\(description), checksum \(String(checksum, radix: 16))"
    }

    private func counted(_ groups: [Int]) -> String {
        "\(Number.counted(Set(groups).count, "group")) of \(Number.counted(groups.count, "sample"))"
    }
}

extension Runs: CustomStringConvertible {
    /// How many runs of how many samples.
    public var description: String {
        let (least, most) = (lengths.min() ?? 0, lengths.max() ?? 0)
        let each =
            least == most ? Number.grouped(most) : "\(Number.grouped(least)) to \(Number.grouped(most))"
        return "\(Number.counted(count, "run")) of \(each) samples, \(Number.grouped(samples)) in all"
    }
}

/// How many samples, and which: a range if they are one, else the first few.
private func listedSamples(_ samples: [Int]) -> String {
    guard let first = samples.first, let last = samples.last else { return "no sample" }
    if samples.count == 1 { return "sample \(first)" }
    if last - first == samples.count - 1, zip(samples, samples.dropFirst()).allSatisfy({ $1 == $0 + 1 }) {
        return "\(Number.grouped(samples.count)) samples (\(first) to \(last))"
    }
    let shown = samples.prefix(5).map(String.init).joined(separator: ", ")
    return "\(Number.grouped(samples.count)) samples (\(shown)\(samples.count > 5 ? ", …" : ""))"
}
