import Brain
import Encoding
import Figures
import Formats
import Foundation
import FoundationModels
import SceneStudies
import SmallWorld
import Tensors
import Testing

/// A study whose truth is known.
@Suite struct SceneStudyTests {
    private static let study = Result { try SceneStudy() }
    private static let subject = Result { try study.get().subject(1) }

    private var study: SceneStudy { get throws { try Self.study.get() } }
    private var subject: SceneSubject { get throws { try Self.subject.get() } }

    @Test func theSameSeedGivesTheSameData() throws {
        let again = try SceneStudy().subject(1)
        #expect(try again.films.responses == subject.films.responses)
        #expect(try again.captions.responses == subject.captions.responses)
        #expect(try SceneStudy().subject(2).films.responses != subject.films.responses)
        #expect(try SceneStudy(seed: 2).subject(1).films.responses != subject.films.responses)
        #expect(throws: BrainError.self) { try SceneStudy().subject(0) }
    }

    @Test func allWordsOfALongTextAreCounted() {
        let text = Array(repeating: "red", count: 50).joined(separator: " ")
        #expect(SmallWorld.wordCounts(of: [text]).elements.reduce(0, +) == 50)
        #expect(SmallWorld.tokenIDs(of: text).count == SmallWorld.longestCaption)
    }

    /// A session in the file that other studies come in is the session.
    @Test func aSessionIsTheSameFromItsFile() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "scenes-\(UUID().uuidString).h5")
        defer { try? FileManager.default.removeItem(at: file) }
        for session in SceneStudy.Session.allCases {
            let study = try subject.study(session)
            try study.write(to: file)
            let read = try Study.open(file)
            #expect(
                read.responses == study.responses && read.runs == study.runs && read.stimuli == study.stimuli)
            #expect(try read.space == study.space)
            #expect(try read.regions == study.regions)
        }
    }

    @Test func noSceneIsOneOfTraining() throws {
        for session in SceneStudy.Session.allCases {
            #expect(try study.stimuli(session).scenes.allSatisfy { SmallWorld.split(of: $0) == .test })
        }
    }

    @Test func thereAreTwentyFourRegionsInBothHemispheres() throws {
        let films = try subject.films
        #expect(try films.regions.regions.count == 24)
        #expect(SceneStudy.planted.count == 6)
        for side in Hemisphere.allCases {
            let sizes = try films.regions.hemisphere(side, in: films.space).voxels.map(\.count)
            #expect(sizes.count == 24 && sizes.allSatisfy { $0 >= 12 })
        }
        let surface = try CorticalSurface.smallWorld()
        #expect(surface.vertexCount == 5124)
        // Faces look outward.
        for side in Hemisphere.allCases {
            let mesh = try surface.mesh(side, .inflated)
            let volume = mesh.faces.reduce(Float(0)) { sum, face in
                let (a, b, c) = (
                    mesh.vertices[Int(face.x)], mesh.vertices[Int(face.y)], mesh.vertices[Int(face.z)]
                )
                return sum + a.x * (b.y * c.z - b.z * c.y) + a.y * (b.z * c.x - b.x * c.z)
                    + a.z * (b.x * c.y - b.y * c.x)
            }
            #expect(volume > 0)
        }
    }

    /// A model that knows the true response reaches the ceiling, and none in a region that is silent.
    @Test func theTruthReachesTheCeiling() throws {
        let (study, subject) = (try study, try subject)
        for session in [SceneStudy.Session.films, .captions] {
            let stimuli = study.stimuli(session)
            let truth =
                session == .films
                ? subject.trueResponse(to: stimuli.scenes) : subject.trueResponse(to: stimuli.captions)
            let runs = try stimuli.runs
            let drift = Drift.cosine(period: 130, repetitionTime: SceneStudy.repetitionTime)
            let predicted = try truth.convolved(
                with: HemodynamicResponse(delay: subject.timeToPeak),
                repetitionTime: SceneStudy.repetitionTime, runs: runs)
            let scores = try VoxelScores(
                predictions: predicted.detrended(drift, runs: runs),
                responses: subject.study(session).responses.detrended(drift, runs: runs))
            let ceilings = try #require(subject.ceilings[session])
            var differences: [Double] = []
            for (voxel, ceiling) in ceilings.enumerated() where ceiling > 0 {
                differences.append(scores.r[voxel] - ceiling)
            }
            #expect(differences.count > 500)
            #expect(abs(differences.reduce(0, +) / Double(differences.count)) < 0.03)
            #expect(differences.allSatisfy { abs($0) < 0.2 })
            let silent = try subject.films.regions.inGroup("silent").voxels.flatMap { $0 }
            #expect(silent.allSatisfy { ceilings[$0] == 0 })
        }
    }

    /// Planted regions do the same at a scene and at a caption that says all that is in it.
    @Test func plantedRegionsAnswerToPicturesAndCaptionsAlike() throws {
        let (study, subject) = (try study, try subject)
        let scenes = study.stimuli(.captions).scenes
        let (seen, read) = (
            subject.trueResponse(to: scenes), subject.trueResponse(to: study.stimuli(.captions).captions)
        )
        let regions = try subject.films.regions
        for region in SceneRegion.all {
            let r = try regions.voxels(in: region.name).map { voxel in
                try seen.column(voxel).correlation(with: read.column(voxel))
            }
            let mean = r.reduce(0, +) / Float(r.count)
            if region.isMultisensory { #expect(mean > 0.4, "\(region.name) \(mean)") }
            if region.captions.isEmpty || region.films.isEmpty {
                #expect(r.allSatisfy { $0.isNaN || abs($0) < 1e-6 })
            }
        }
    }

    @Test func lastRunsOfSynonymsHaveWordsOfTheirOwn() throws {
        let stimuli = try study.stimuli(.synonyms)
        let other = stimuli.session.otherWords
        let colors = ["red", "blue", "purple", "yellow"]
        #expect(stimuli.texts[..<other.lowerBound].contains { $0.contains("purple") })
        for text in stimuli.texts[other] {
            #expect(Set(text.split(separator: " ").map(String.init)).isDisjoint(with: colors))
        }
    }

    @Test func untrainedTowersAreThoseOfTheirSeed() throws {
        let texts = ["a red circle", "two blue stars above a ring"]
        let (one, again, other) = (
            try FoundationModel.untrainedMini(seed: 1), try FoundationModel.untrainedMini(seed: 1),
            try FoundationModel.untrainedMini(seed: 2)
        )
        #expect(try one.textEmbeddings(of: texts) == again.textEmbeddings(of: texts))
        #expect(try one.textEmbeddings(of: texts) != other.textEmbeddings(of: texts))
        let trained = try FoundationModel.load("brivl-mini")
        #expect(try one.image.layers == trained.image.layers)
        #expect(try one.text.layers == trained.text.layers)
    }

    @Test func aCheckTellsHitsFromFalseAlarms() throws {
        let check = try SceneStudy.check(["perirhinal", "V1"])
        #expect(check.hits == ["perirhinal"] && check.falseAlarms == ["V1"] && check.misses.count == 5)
        #expect(try SceneStudy.check(SceneStudy.planted).isComplete)
        #expect(throws: BrainError.self) { try SceneStudy.check(["V17"]) }
    }
}
