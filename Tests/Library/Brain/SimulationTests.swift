import Brain
import Encoding
import Foundation
import Tensors
import Testing

@Suite struct SimulationTests {
    /// Seven layers, each what the one before was plus something new, as those of an encoder are.
    private static let features: [Matrix<Float>] = {
        var generator = Generator(state: 7)
        func random(_ rows: Int, _ columns: Int) -> Matrix<Float> {
            Matrix(
                rows: rows, columns: columns, elements: (0..<rows * columns).map { _ in generator.normal() })
        }
        var layers = [random(240, 60)]
        while layers.count < 7 {
            let old = layers[layers.count - 1]
            let new = random(240, 60)
            layers.append(
                Matrix(
                    rows: 240, columns: 60,
                    elements: zip(old.elements, new.elements).map { 0.8 * $0 + 0.6 * $1 }))
        }
        return layers
    }()
    private static let names = (0..<7).map { "layer \($0)" }

    private struct Generator {
        var state: UInt64
        /// A sum of twelve uniform numbers, near enough to normal.
        mutating func normal() -> Float {
            var sum: Float = -6
            for _ in 0..<12 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                sum += Float(state >> 40) / Float(1 << 24)
            }
            return sum
        }
    }

    private func subject(_ change: (inout SimulatedSubject.Options) -> Void = { _ in }) throws
        -> SimulatedSubject
    {
        var options = SimulatedSubject.Options()
        change(&options)
        return try SimulatedSubject(features: Self.features, layers: Self.names, options: options)
    }

    @Test func sentencesAreManyAndDistinct() {
        let sentences = SimulatedSubject.sentences
        #expect(sentences.count == 384 && Set(sentences).count == 384)
        #expect(sentences.allSatisfy { $0.hasSuffix(".") && $0.split(separator: " ").count >= 4 })
        // The topics come in turn: the first sentence of each of the 24 topics before any second one.
        #expect(
            sentences[0].contains("dog") && sentences[1].contains("onions") && sentences[24].contains("heron")
        )
    }

    @Test func aSeedGivesOneSubject() throws {
        #expect(try subject().study.responses == subject().study.responses)
        #expect(try subject().study.responses != subject { $0.seed = 2 }.study.responses)
    }

    @Test func signalAndNoiseHaveTheirShares() throws {
        let subject = try subject {
            $0.signalShare = 0.6
            $0.voxelsPerRegion = 50
        }
        let regions = try subject.study.regions
        let scores = try VoxelScores(predictions: subject.signal, responses: subject.study.responses)
        for drive in subject.truth.drives {
            let r = try regions.voxels(in: drive.region).map { scores.r[$0] }
            let shares = r.map { $0 * $0 }.reduce(0, +) / Double(r.count)
            if drive.layer == nil {
                #expect(r.allSatisfy { $0 == 0 || $0.isNaN })
            } else {
                // The mean of 50 squared correlations of 240 samples; its standard error is about 0.006.
                #expect(abs(shares - 0.6) < 0.03, "\(drive.region): \(shares)")
            }
        }
    }

    @Test func ridgeFindsTheLayerOfEachRegion() throws {
        let subject = try subject {
            $0.components = 60
            $0.removedComponents = 10
            $0.signalShare = 0.5
        }
        let study = subject.study
        let ridge = Ridge(alphas: .logspace(0, 4, count: 9), folds: .leaveOneRunOut, showsProgress: false)
        let scores = try zip(Self.names, Self.features).map { name, features in
            (name: name, scores: try ridge.fit(features, to: study.responses, runs: study.runs).scores.r)
        }
        let best = try RegionComparison(scores, regions: study.regions).best
        for (found, drive) in zip(best, subject.truth.drives) {
            if let layer = drive.layer {
                #expect(found.place == layer, "\(drive.region)")
            } else {
                #expect(found.mean < 0.1, "\(drive.region)")
            }
        }
    }

    @Test func theHemodynamicResponseDelaysTheSignal() throws {
        let delayed = try subject { $0.repetitionTime = 2 }
        // The first sample of every run is before any response, so all driven voxels start at one level per voxel.
        let starts = delayed.study.runs.ranges.map(\.lowerBound)
        for voxel in 0..<24 {
            let values = starts.map { delayed.signal[$0, voxel] }
            #expect(values.allSatisfy { abs($0 - values[0]) < 1e-5 })
        }
    }

    @Test func whatDoesNotFitIsRefused() throws {
        #expect(throws: BrainError.self) { try SimulatedSubject(features: [], layers: []) }
        #expect(throws: BrainError.self) { try SimulatedSubject(features: Self.features, layers: ["one"]) }
        #expect(throws: BrainError.self) { try subject { $0.signalShare = 1.5 } }
        #expect(throws: BrainError.self) { try subject { $0.voxelsPerRegion = 0 } }
        #expect(throws: BrainError.self) { try subject { $0.voxelsPerRegion = .max } }
        #expect(throws: BrainError.self) { try subject { $0.voxelsPerRegion = 1 << 40 } }
        #expect(throws: BrainError.self) { try subject { $0.repetitionTime = 0 } }
    }
}

@Suite struct StudyTests {
    @Test func partsMustFitTheResponses() throws {
        let responses = Matrix<Float>(rows: 4, columns: 2)
        #expect(try Study(name: "s", responses: responses).runs.lengths == [4])
        #expect(
            throws: BrainError.count(what: "stimuli", got: 1, expected: 4, of: "samples of the responses")
        ) {
            try Study(name: "s", stimuli: ["a"], responses: responses)
        }
        #expect(throws: BrainError.self) {
            try Study(name: "s", responses: responses, runs: Runs(lengths: [3]))
        }
        #expect(throws: BrainError.self) {
            try Study(name: "s", responses: responses, regions: Regions(names: ["V1"]))
        }
        #expect(throws: BrainError.self) {
            try Study(name: "s", responses: Matrix<Float>(rows: 0, columns: 0))
        }
    }
}
