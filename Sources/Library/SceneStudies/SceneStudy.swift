import Brain
import Encoding
import Formats
import FoundationModels
import SmallWorld

/// A study without data: simulated subjects who see films of drawn scenes and read captions, on a cortex of 24 regions.
///
/// Responses come from what is true of the scenes and from what the captions say, never from a model's features. Six
/// regions are planted: they respond to what a picture and a caption share, in both.
///
/// ```swift
/// let experiment = try SceneStudy()
/// let subject = try experiment.subject(1)
/// subject.films                                       // a Study: 1,560 samples of 8 runs
/// try experiment.stimuli(.films).images               // what the subject saw
/// try experiment.stimuli(.captions).texts             // what the subject read
/// ```
///
/// Everything comes from the seed. The scenes are of the test split of `SmallWorld(seed: 2022)`, on which `brivl-mini`
/// was not trained.
public struct SceneStudy: Sendable {
    /// What subjects do.
    public enum Session: String, Sendable, CaseIterable {
        /// They see scenes, one every two seconds.
        case films
        /// They read captions of other scenes, one every two seconds, in any words.
        case captions
        /// They read captions that say all by the first synonym of each word, and in the last two runs by the last one.
        case synonyms

        /// How many runs of 195 samples there are.
        public var runCount: Int { 8 }

        /// The samples of captions that use words which the other samples do not have; empty for other sessions.
        public var otherWords: Range<Int> {
            self == .synonyms
                ? (runCount - 2) * SceneStudy.runLength..<runCount * SceneStudy.runLength : 0..<0
        }
    }

    /// What a session shows, sample by sample.
    public struct Stimuli: Sendable {
        public let session: Session
        /// The scene that is seen, or of which the caption is.
        public let scenes: [Scene]
        /// The captions; empty for films.
        public let captions: [SceneCaption]

        /// The pictures of the scenes, drawn when they are needed.
        public var images: ScenePictures { ScenePictures(scenes) }
        /// The words of the captions; empty for films.
        public var texts: [String] { captions.map(\.text) }
        /// Eight runs of the same length.
        public var runs: Runs {
            get throws {
                try Runs(
                    lengths: [Int](repeating: scenes.count / session.runCount, count: session.runCount))
            }
        }
        /// What represents each sample in a `Study`.
        var names: [String] { captions.isEmpty ? scenes.map(\.description) : texts }
    }

    /// From which scenes, subjects and noise are drawn.
    public let seed: UInt64
    private let sessions: [Session: (stimuli: Stimuli, factors: FactorTable)]

    /// The seconds from one sample to the next; each shows one stimulus.
    public static let repetitionTime = 2.0
    /// The samples of a run.
    static let runLength = 195
    /// How many subjects the paper in small has; there are as many as are asked for.
    public static let usualSubjects = 1...8

    /// A study.
    ///
    /// - Parameter seed: from which scenes, subjects and noise are drawn.
    public init(seed: UInt64 = 1) throws {
        self.seed = seed
        let world = SmallWorld(seed: 2022)
        var sessions: [Session: (stimuli: Stimuli, factors: FactorTable)] = [:]
        for (number, session) in Session.allCases.enumerated() {
            let count = session.runCount * SceneStudy.runLength
            // Scenes from number 500 on: with those before it the model's card was computed.
            let first = 500 + (Int(truncatingIfNeeded: seed % 100_000) * 3 + number) * count
            let scenes = (first..<first + count).map { world.scene($0, of: .test) }
            let other = session.otherWords
            let captions =
                session == .films
                ? []
                : scenes.enumerated().map { sample, scene in
                    scene.caption(
                        wording: 17,
                        synonyms: session == .captions ? .any : other.contains(sample) ? .last : .first)
                }
            sessions[session] = (
                Stimuli(session: session, scenes: scenes, captions: captions),
                session == .films ? FactorTable(of: scenes) : FactorTable(of: captions)
            )
        }
        self.sessions = sessions
    }

    /// What a session shows.
    public func stimuli(_ session: Session) -> Stimuli { parts(session).stimuli }

    /// The factors of a session's stimuli.
    func factors(_ session: Session) -> FactorTable { parts(session).factors }

    private func parts(_ session: Session) -> (stimuli: Stimuli, factors: FactorTable) {
        guard let parts = sessions[session] else { preconditionFailure("a session without stimuli") }
        return parts
    }

    /// A subject, from number 1 on; the same each time.
    ///
    /// Throws `BrainError.value` for a number below 1.
    public func subject(_ number: Int) throws -> SceneSubject { try SceneSubject(number, of: self) }
}

/// Pictures of scenes, drawn when they are needed.
public struct ScenePictures: ImageSource {
    public let scenes: [Scene]

    /// The pictures of scenes.
    ///
    /// - Parameter scenes: the scenes, in their order.
    public init(_ scenes: [Scene]) { self.scenes = scenes }

    public var count: Int { scenes.count }
    public func image(_ index: Int) throws -> RGBImage { try scenes[index].image() }
}

extension Study {
    /// One session of a simulated subject of `SceneStudy`: one word for a study that can be analyzed.
    ///
    /// ```swift
    /// let study = try Study.smallWorld(subject: 1)
    /// let stimuli = try SceneStudy().stimuli(.films)
    /// ```
    ///
    /// - Parameters:
    ///   - subject: the number of the subject, from 1 on.
    ///   - session: what the subject does.
    ///   - seed: the seed of the study.
    ///
    /// Throws `BrainError.value` for a number below 1.
    public static func smallWorld(
        subject: Int = 1, session: SceneStudy.Session = .films, seed: UInt64 = 1
    ) throws -> Study {
        try SceneStudy(seed: seed).subject(subject).study(session)
    }
}
