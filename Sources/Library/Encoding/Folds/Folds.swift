import Tensors

/// One split of the samples: what a model learns from and what it is then tested on.
public struct Fold: Sendable, Equatable {
    /// The samples to learn from, ascending.
    public let train: [Int]
    /// The samples to test on, ascending.
    public let test: [Int]

    /// A split into training and test samples.
    ///
    /// - Parameters:
    ///   - train: the indices of the samples that a model is fitted to, from zero.
    ///   - test: the indices of those that it predicts.
    public init(train: [Int], test: [Int]) {
        self.train = train
        self.test = test
    }
}

/// How the samples are split for cross-validation; the same splits as scikit-learn's of the same names.
///
/// ```swift
/// try Folds.kFold(5).splits(samples: 100)
/// try Folds.leaveOneRunOut.splits(samples: 870, runs: runs)
/// ```
public enum Folds: Sendable, Equatable {
    /// `KFold`: consecutive blocks of samples; with a seed `KFold(shuffle=True, random_state=seed)`, numpy's
    /// permutation.
    case kFold(Int, shuffledWithSeed: UInt32? = nil)
    /// `LeaveOneGroupOut` over the runs.
    case leaveOneRunOut
    /// `GroupKFold`: samples of one group stay together, and folds are as equal in size as they can be.
    case groupKFold(Int, groups: [Int])
    /// `LeaveOneGroupOut` over the given groups.
    case leaveOneGroupOut(groups: [Int])
    /// `PredefinedSplit`: the number of the fold in which each sample is tested; below 0 it is never tested.
    case predefined([Int])
    /// Any splits; a split names no sample twice.
    case splits([Fold])

    /// The splits of `samples` samples.
    ///
    /// Throws `EncodingError` if the samples cannot be split in this way, a split has no training or test sample, or
    /// runs are needed and not given.
    public func splits(samples: Int, runs: Runs? = nil) throws -> [Fold] {
        if let runs, runs.samples != samples {
            throw EncodingError.sampleCount(what: "runs", count: runs.samples, expected: samples)
        }
        return try splits(samples: samples, runLabels: runs?.labels)
    }

    func splits(samples: Int, runLabels: [Int]?) throws -> [Fold] {
        try checkParameter("the number of samples to split", samples, expected: "1 or more", samples > 0)
        let folds: [Fold]
        switch self {
        case .kFold(let count, let seed):
            var random = seed.map { NumpyRandom(seed: $0) }
            folds = try blocks(of: random?.permutation(samples) ?? Array(0..<samples), count: count)
        case .leaveOneRunOut:
            guard let runLabels else {
                throw EncodingError.folds(
                    "leaving one run out needs the runs: pass `runs:` or choose .kFold(5)")
            }
            folds = try leaveOneOut(runLabels, samples: samples, what: "runs")
        case .leaveOneGroupOut(let groups):
            folds = try leaveOneOut(groups, samples: samples, what: "groups")
        case .groupKFold(let count, let groups):
            folds = try groupBlocks(groups, samples: samples, count: count)
        case .predefined(let tested):
            try checkLabels(tested, samples: samples, what: "predefined folds")
            folds = Set(tested).filter { $0 >= 0 }.sorted().map { number in
                Fold(samples: samples) { tested[$0] == number }
            }
        case .splits(let given):
            try checkSplits(samples: samples)
            folds = given
        }
        guard !folds.isEmpty else { throw EncodingError.folds("there is no split of the samples") }
        for (index, fold) in folds.enumerated() where fold.train.isEmpty || fold.test.isEmpty {
            throw EncodingError.folds(
                "split \(index) has \(fold.train.count) training and \(fold.test.count) test samples; both are needed"
            )
        }
        return folds
    }

    /// `order` cut into `count` blocks, the first ones longer by one if the samples do not divide evenly.
    private func blocks(of order: [Int], count: Int) throws -> [Fold] {
        guard count >= 2, count <= order.count else {
            throw EncodingError.folds(
                "\(order.count) samples cannot be split into \(count) folds (2 or more)")
        }
        var fold = [Int](repeating: 0, count: order.count)
        var start = 0
        for number in 0..<count {
            let size = order.count / count + (number < order.count % count ? 1 : 0)
            for position in start..<start + size { fold[order[position]] = number }
            start += size
        }
        return (0..<count).map { number in Fold(samples: order.count) { fold[$0] == number } }
    }

    private func leaveOneOut(_ labels: [Int], samples: Int, what: String) throws -> [Fold] {
        try checkLabels(labels, samples: samples, what: what)
        let groups = Set(labels).sorted()
        guard groups.count >= 2 else {
            throw EncodingError.folds("leaving one out needs 2 or more \(what); there is \(groups.count)")
        }
        return groups.map { group in Fold(samples: samples) { labels[$0] == group } }
    }

    /// The largest group first, each into the fold that is the smallest so far.
    private func groupBlocks(_ groups: [Int], samples: Int, count: Int) throws -> [Fold] {
        try checkLabels(groups, samples: samples, what: "groups")
        let names = Set(groups).sorted()
        guard count >= 2, count <= names.count else {
            throw EncodingError.folds("\(names.count) groups cannot be split into \(count) folds (2 or more)")
        }
        var sizes: [Int: Int] = [:]
        for group in groups { sizes[group, default: 0] += 1 }
        // scikit-learn sorts ascending and then reverses, so of two groups of one size the later comes first.
        let order = names.sorted { (sizes[$0, default: 0], $0) > (sizes[$1, default: 0], $1) }
        var filled = [Int](repeating: 0, count: count)
        var fold: [Int: Int] = [:]
        for group in order {
            let lightest = filled.indices.min { filled[$0] < filled[$1] } ?? 0
            filled[lightest] += sizes[group, default: 0]
            fold[group] = lightest
        }
        return (0..<count).map { number in Fold(samples: samples) { fold[groups[$0]] == number } }
    }

    /// Throws `EncodingError` if one of given splits names a sample beyond the last, or one twice.
    func checkSplits(samples: Int) throws {
        guard case .splits(let given) = self else { return }
        for (index, fold) in given.enumerated() { try check(fold, index: index, samples: samples) }
    }

    /// A sample that is named twice would count twice, or be tested by a model that has seen it.
    private func check(_ fold: Fold, index: Int, samples: Int) throws {
        var isNamed = [Bool](repeating: false, count: samples)
        for sample in fold.train + fold.test {
            guard sample >= 0, sample < samples else {
                throw EncodingError.folds("split \(index) names sample \(sample), but there are \(samples)")
            }
            guard !isNamed[sample] else {
                throw EncodingError.folds("split \(index) names sample \(sample) more than once")
            }
            isNamed[sample] = true
        }
    }

    private func checkLabels(_ labels: [Int], samples: Int, what: String) throws {
        guard labels.count == samples else {
            throw EncodingError.sampleCount(what: what, count: labels.count, expected: samples)
        }
    }
}

extension Fold {
    /// The split whose test samples are those for which `isTest` holds.
    init(samples: Int, isTest: (Int) -> Bool) {
        var train: [Int] = []
        var test: [Int] = []
        for sample in 0..<samples {
            if isTest(sample) { test.append(sample) } else { train.append(sample) }
        }
        self.init(train: train, test: test)
    }
}
