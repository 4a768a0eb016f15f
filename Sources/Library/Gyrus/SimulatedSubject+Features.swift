import Brain
import Display
import Encoding
import Figures
import FoundationModels

extension SimulatedSubject {
    /// A subject that saw the stimuli whose features these are; see `SimulatedSubject.init(features:layers:)`.
    ///
    /// ```swift
    /// let features = try model.features(of: SimulatedSubject.sentences)
    /// let subject = try SimulatedSubject(features: features, stimuli: SimulatedSubject.sentences)
    /// ```
    ///
    /// - Parameters:
    ///   - features: a model's features of the stimuli, the earliest layer first.
    ///   - stimuli: the stimulus of each sample; empty if it does not matter.
    ///   - options: voxels, noise, and where information lies.
    public init(features: FeatureSet, stimuli: [String] = [], options: Options = Options()) throws {
        try self.init(
            features: features.map(\.matrix), layers: features.map(\.layer.shortName), stimuli: stimuli,
            options: options)
    }

    /// What an analysis found for each region beside what the region was made from.
    ///
    /// A region that follows nothing is found correctly where its best mean score is below `threshold`.
    public func check(_ found: RegionComparison, threshold: Double = 0.1) -> Recovery {
        let best = Dictionary(
            found.best.map { ($0.region.name, $0) }, uniquingKeysWith: { first, _ in first })
        return Recovery(
            rows: truth.drives.map { drive in
                let result = best[drive.region].flatMap { $0.mean >= threshold ? $0 : nil }
                return Recovery.Row(
                    region: drive.region, truth: drive.layer.map { truth.layers[$0] }, found: result?.name,
                    score: best[drive.region]?.mean ?? .nan)
            })
    }
}

/// What an analysis of a simulated subject found, beside the truth.
public struct Recovery: Sendable {
    /// One region.
    public struct Row: Sendable {
        public let region: String
        /// The layer that the region was made from, or nothing.
        public let truth: String?
        /// The layer that predicts it best, or nil if none predicts it.
        public let found: String?
        /// The mean score of the best layer.
        public let score: Double

        /// Whether the two agree.
        public var isRight: Bool { truth == found }
    }

    /// One row per region.
    public let rows: [Row]

    /// How many regions were found correctly.
    public var rightCount: Int { rows.count(where: \.isRight) }

    /// Whether all regions were found correctly.
    public var isComplete: Bool { rightCount == rows.count }
}

extension Recovery: Displayable {
    public var mimeBundle: MIMEBundle {
        Table(
            "\(rightCount) of \(rows.count) regions found rightly",
            [
                .text("region", rows.map(\.region)), .text("follows", rows.map { $0.truth ?? "nothing" }),
                .text("found", rows.map { $0.found ?? "nothing" }), .numbers("mean score", rows.map(\.score)),
                .text("", rows.map { $0.isRight ? "✓" : "✗" }),
            ]
        ).mimeBundle
    }
}

extension Recovery.Row: CustomStringConvertible {
    /// The truth and what was found.
    public var description: String {
        "\(region) follows \(truth ?? "nothing"), found \(found ?? "nothing") (mean score \(Number.fixed(score, 3)))"
    }
}

extension Recovery: CustomStringConvertible {}
