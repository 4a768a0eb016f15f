import Encoding
import Tensors
import Testing

/// One list of splits of Fixtures/folds.json, made by scikit-learn 1.9.1.
struct FoldsCase: Decodable, Sendable {
    let kind: String
    let samples: Int
    let splits: [[[Int]]]
    let groups: [Int]?
    let count: Int?
    let seed: UInt32?

    var folds: Folds {
        switch kind {
        case "kFold": .kFold(count ?? 0)
        case "shuffled": .kFold(count ?? 0, shuffledWithSeed: seed ?? 0)
        case "groups": .groupKFold(count ?? 0, groups: groups ?? [])
        case "leaveOneGroupOut": .leaveOneGroupOut(groups: groups ?? [])
        default: .predefined(groups ?? [])
        }
    }
}

@Suite struct FoldsTests {
    /// A sample that a split names twice would be tested by a model that has seen it, or count twice.
    @Test func splitsNameNoSampleTwice() throws {
        let good = Fold(train: [0, 1, 2], test: [4])
        #expect(try Folds.splits([good]).splits(samples: 5) == [good])
        for bad in [
            Fold(train: [0, 1], test: [1, 2]), Fold(train: [0, 0], test: [1]), Fold(train: [0], test: [5]),
        ] {
            let error = #expect(throws: EncodingError.self) {
                try Folds.splits([good, bad]).splits(samples: 5)
            }
            #expect(error?.description.hasPrefix("split 1 names sample") == true)
        }
    }

    /// scikit-learn's ShuffleSplit gives training samples in no order; their runs are as they were recorded.
    @Test func samplesInNoOrderHaveRuns() throws {
        var random = NumpyRandom(seed: 6)
        let (x, y) = (random.normal(12, 2), random.normal(12, 3))
        let runs = try Runs(lengths: [4, 4, 4])
        let train = [9, 0, 5, 10, 2, 4, 6, 1]
        let folds = [train, train.sorted()].map { Folds.splits([Fold(train: $0, test: [3, 7, 8, 11])]) }
        let model = Ridge(alphas: [1, 100], folds: .leaveOneRunOut, showsProgress: false)
        let predicted = try folds.map {
            try model.heldOutPredictions(x, to: y, outer: $0, runs: runs).parts[0].elements
        }
        #expect(predicted[0] == predicted[1])
        let inner = try folds.map { try $0.nested(inner: .leaveOneRunOut, samples: 12, runs: runs)[0].inner }
        #expect(inner[0] == inner[1] && inner[0].count == 3 && inner[0][0].test == [0, 1, 2])
    }

    @Test func splitsAreThoseOfScikitLearn() throws {
        let cases: [FoldsCase] = try fixture("folds")
        #expect(cases.count == 18)
        for example in cases {
            let splits = try example.folds.splits(samples: example.samples)
            let expected = example.splits.map { Fold(train: $0[0], test: $0[1]) }
            #expect(splits == expected, "\(example.kind), \(example.samples) samples")
        }
    }

    /// A study that resumes with other groups or splits of as many samples would mix two analyses.
    @Test func groupsAndSplitsAreToldApart() {
        let (left, right) = (Fold(train: [0, 1], test: [2]), Fold(train: [1, 2], test: [0]))
        let pairs: [(Folds, Folds)] = [
            (.leaveOneGroupOut(groups: [0, 0, 1, 1]), .leaveOneGroupOut(groups: [0, 1, 0, 1])),
            (.groupKFold(2, groups: [0, 0, 1, 1]), .groupKFold(2, groups: [0, 1, 0, 1])),
            (.predefined([0, 0, 1, 1]), .predefined([0, 1, 0, 1])), (.splits([left]), .splits([right])),
        ]
        for (first, second) in pairs {
            #expect(first.description == second.description && first.setting != second.setting)
        }
        #expect(Folds.kFold(5).setting == Folds.kFold(5).description)
    }

    @Test func runsAreLeftOut() throws {
        let runs = try Runs(labels: ["b", "b", "a", "a", "a"])
        #expect(runs.lengths == [2, 3])
        let splits = try Folds.leaveOneRunOut.splits(samples: 5, runs: runs)
        #expect(splits == [Fold(train: [2, 3, 4], test: [0, 1]), Fold(train: [0, 1], test: [2, 3, 4])])
        #expect(throws: EncodingError.runInterrupted(label: "1", sample: 2)) { try Runs(labels: [1, 2, 1]) }
        #expect(throws: EncodingError.self) { try Runs(lengths: [3, 0]) }
    }
}
