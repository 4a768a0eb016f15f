import Foundation
import Gyrus
import Testing

/// Simulators of the subjects of a study whose truth is known.
@Suite struct BrainSimulatorTests {
    private static let study = Result { try SceneStudy() }
    private static let mini = Result { try FoundationModel.load("brivl-mini") }
    private static let options = BrainSimulator.Options(
        repetitionTime: SceneStudy.repetitionTime, drift: .cosine(period: 128, repetitionTime: 2))
    private static let subjects = Result { try (1...3).map { try study.get().subject($0) } }
    private static let ofFilms = Result {
        try subjects.get().map { subject in
            try BrainSimulator(
                of: subject.films, model: mini.get(), layers: "block 2",
                images: study.get().stimuli(.films).images, ceilings: subject.ceilings[.films],
                options: options)
        }
    }
    private static let ofCaptions = Result {
        try subjects.get().prefix(1).map { subject in
            try BrainSimulator(
                of: subject.captions, model: mini.get(), layers: "layer 1",
                texts: study.get().stimuli(.captions).texts, options: options)
        }
    }

    private var films: BrainSimulator { get throws { try Self.ofFilms.get()[0] } }
    private var captions: BrainSimulator { get throws { try Self.ofCaptions.get()[0] } }

    /// New scenes of one kind and of another.
    private func scenes(_ count: Int, where fits: (Scene) -> Bool) -> [Scene] {
        let world = SmallWorld(seed: 77)
        return Array((0..<4000).lazy.map { world.scene($0, of: .test) }.filter(fits).prefix(count))
    }

    /// What is predicted to differ by region is what differs in truth, for contrasts of colors, counts and shapes.
    @Test func contrastsAreThoseOfTheWorld() throws {
        let subject = try Self.subjects.get()[0]
        let simulator = try films
        let kinds: [((Scene) -> Bool, (Scene) -> Bool)] = [
            ({ $0.contains(.red) && !$0.contains(.blue) }, { $0.contains(.blue) && !$0.contains(.red) }),
            ({ $0.objects.count == 1 }, { $0.objects.count == 3 }),
            (
                { $0.contains(.star) && !$0.contains(.circle) },
                { $0.contains(.circle) && !$0.contains(.star) }
            ),
        ]
        let regions = try #require(simulator.regions)
        let read = regions.regions.indices.filter {
            regions.regions[$0].group == "ventral" || SceneStudy.planted.contains(regions.names[$0])
        }
        var (predicted, true_): ([Double], [Double]) = ([], [])
        for (first, second) in kinds {
            let (a, b) = (scenes(60, where: first), scenes(60, where: second))
            let contrast = try simulator.contrast(ScenePictures(a), against: ScenePictures(b))
            let (x, y) = (subject.trueResponse(to: a), subject.trueResponse(to: b))
            for (place, row) in contrast.rows.enumerated() where read.contains(place) {
                let voxels = regions.voxels[place]
                let truth = voxels.map { Double(x.column($0).mean() - y.column($0).mean()) }.mean()
                predicted.append(row.difference)
                true_.append(truth)
                // Large true contrasts are found, with the right sign.
                if abs(truth) > 0.6 {
                    #expect(row.q < 0.05 && row.difference * truth > 0, "\(row) \(truth)")
                }
            }
            // Silent regions do nothing.
            for row in contrast.rows where row.region.group == "silent" {
                #expect(abs(row.difference) < 0.15)
            }
        }
        #expect(try predicted.correlation(with: true_) > 0.85)
    }

    @Test func contrastsAreTestedOverSubjects() throws {
        let (one, three) = (
            ScenePictures(scenes(40) { $0.objects.count == 1 }),
            ScenePictures(scenes(40) { $0.objects.count == 3 })
        )
        let simulators = try Self.ofFilms.get()
        let contrast = try simulators.contrast(one, against: three)
        let row = try contrast.row(of: "intraparietal")
        let own = try simulators.map {
            try $0.contrast(one, against: three).row(of: "intraparietal").difference
        }
        #expect(abs(row.difference - own.mean()) < 1e-9)
        #expect(row.p == (try PairedTest.t(own)).p)
        #expect(contrast.test.contains("3 subjects"))
        #expect(throws: SimulatorError.self) { try Array(simulators.prefix(1)).contrast(one, against: three) }
    }

    /// The regions are those of all subjects, whichever comes first.
    @Test func aRegionThatTheFirstSubjectLacksIsNotLost() throws {
        let films = try Self.subjects.get()[0].films
        let regions = try films.regions
        let voxels = try Array(regions.voxels(in: "V1").prefix(2) + regions.voxels(in: "V2").prefix(2))
        let simulators = try [["V1", "V1", "", ""], ["V1", "V1", "V2", "V2"]].map { names in
            try BrainSimulator(
                of: Study(
                    name: "four voxels", responses: films.responses.columns(at: voxels), runs: films.runs,
                    regions: Regions(names: names)),
                model: Self.mini.get(), layers: "block 2", images: Self.study.get().stimuli(.films).images,
                options: Self.options)
        }
        let (one, three) = (
            ScenePictures(scenes(5) { $0.objects.count == 1 }),
            ScenePictures(scenes(5) { $0.objects.count == 3 })
        )
        let contrast = try simulators.contrast(one, against: three)
        #expect(contrast.rows.map(\.region.name) == ["V1", "V2"])
        let own = try simulators[1].contrast(one, against: three).row(of: "V2").difference
        let row = try contrast.row(of: "V2")
        #expect(row.difference == own && row.p.isNaN)
    }

    @Test func aSavedSimulatorAnswersAlike() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "simulators-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "subject.safetensors")
        let simulator = try films
        try simulator.write(to: file)
        let opened = try BrainSimulator.open(file)
        let pictures = ScenePictures(scenes(5) { _ in true })
        let (before, after) = (try simulator.respond(to: pictures), try opened.respond(to: pictures))
        #expect(before.values == after.values)
        #expect(before.shareNearer == after.shareNearer)
        #expect(before.standardErrors == after.standardErrors)
        #expect(opened.provenance == simulator.provenance && opened.space == simulator.space)
        #expect(opened.regions == simulator.regions && opened.alphas == simulator.alphas)
        #expect(opened.scores == simulator.scores && opened.ceilings == simulator.ceilings)
        #expect(opened.residuals == simulator.residuals)
        try captions.write(to: folder.appending(path: "words.safetensors"))
        let list = try BrainSimulator.list(in: folder)
        #expect(list.entries.map(\.modality) == [.images, .texts])
        #expect(simulator.compare(with: opened).differences.isEmpty)
        #expect(try simulator.compare(with: captions).differences.contains { $0.what == "stimuli" })
        // Another model than that of the fit is refused, and a file that is none.
        #expect(throws: SimulatorError.self) {
            try BrainSimulator.open(file, model: .load("brivl-mini-supervised"))
        }
        if Precision.bfloat16.isSupported {
            #expect(throws: SimulatorError.self) {
                try BrainSimulator.open(file, model: .load("brivl-mini", precision: .bfloat16))
            }
        }
        let weights = try #require(Bundle.main.executableURL).deletingLastPathComponent()
            .appending(path: "Gyrus_FoundationModels.resources/Models/brivl-mini/model.safetensors")
        #expect(throws: FormatError.self) { try BrainSimulator.open(weights) }
    }

    /// A file that says what no fit has is refused with the field's name.
    @Test func impossibleNumbersAreRefused() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).safetensors")
        defer { try? FileManager.default.removeItem(at: file) }
        let simulator = try films
        try simulator.write(to: file)
        let bytes = try Data(contentsOf: file)
        let length = bytes.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
        let header = String(decoding: bytes[8..<8 + length], as: UTF8.self)
        let about = simulator.provenance
        for (field, number, value) in [
            ("runs", about.runs, "-1"), ("runs", about.runs, "900000000000"), ("samples", about.samples, "0"),
        ] {
            let old = "\\\"\(field)\\\":\(number)"
            #expect(header.contains(old))
            var new = Data(header.replacingOccurrences(of: old, with: "\\\"\(field)\\\":\(value)").utf8)
            while new.count % 8 != 0 { new.append(0x20) }
            var changed = Data((0..<8).map { UInt8(new.count >> (8 * $0) & 255) })
            changed.append(new)
            changed.append(bytes[(8 + length)...])
            try changed.write(to: file)
            let error = #expect(throws: FormatError.self) { try BrainSimulator.open(file) }
            #expect(error?.description.contains("the number of \(field) of the fit") == true)
        }
    }

    /// Regions of other numbers than 1, 2, 3, voxels without a ceiling and another hemodynamic response come back as they
    /// were.
    @Test func whatIsUnusualIsSavedToo() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "simulators-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let subject = try Self.subjects.get()[0].captions
        let halves = try Regions(
            names: (0..<subject.responses.columns).map { $0.isMultiple(of: 2) ? "A" : "B_L" }
        ).dividedByHemisphere(in: subject.space)
        let study = try Study(
            name: "halves", stimuli: subject.stimuli, responses: subject.responses, runs: subject.runs,
            space: subject.space, regions: halves)
        let ceilings = (0..<study.responses.columns).map { $0 == 7 ? Double.nan : 0.5 }
        func simulator(_ response: HemodynamicResponse) throws -> BrainSimulator {
            try BrainSimulator(
                of: study, model: Self.mini.get(), layers: "layer 1",
                texts: Self.study.get().stimuli(.captions).texts, ceilings: ceilings,
                options: BrainSimulator.Options(
                    repetitionTime: 2, hemodynamics: response, drift: Self.options.drift))
        }
        let first = try simulator(.glover)
        let file = folder.appending(path: "halves.safetensors")
        try first.write(to: file)
        let opened = try BrainSimulator.open(file)
        #expect(opened.regions == halves && opened.provenance == first.provenance)
        let kept = try #require(opened.ceilings)
        #expect(kept[7].isNaN && kept[6] == 0.5)
        #expect(first.compare(with: try simulator(.spm)).differences.map(\.what) == ["hemodynamic response"])
    }

    /// Groups of all samples are those of the samples that a fit without a run has.
    @Test func foldsOfGroupsAreThoseOfTheRunsThatAreKept() throws {
        let subject = try Self.subjects.get()[0].captions
        func scores(_ folds: Folds) throws -> VoxelScores {
            try BrainSimulator(
                of: subject, model: Self.mini.get(), layers: "layer 1",
                texts: Self.study.get().stimuli(.captions).texts,
                options: BrainSimulator.Options(
                    ridge: Ridge(alphas: [1, 100], folds: folds, showsProgress: false))
            ).scores
        }
        let byRuns = try scores(.leaveOneRunOut)
        #expect(try scores(.leaveOneGroupOut(groups: subject.runs.labels)) == byRuns)
    }

    @Test func theWrongModalityIsRefused() throws {
        #expect(throws: SimulatorError.self) { try films.respond(to: "a red circle") }
        #expect(throws: SimulatorError.self) {
            try captions.respond(to: ScenePictures(scenes(1) { _ in true }))
        }
        #expect(throws: SimulatorError.self) { try captions.respond(to: [String]()) }
        #expect(throws: SimulatorError.self) { try films.occlusion(of: "a red circle") }
    }

    /// Where no voxel has a region, what is asked of regions is refused, and nothing traps when it is shown.
    @Test func voxelsOutsideOfRegionsHaveNone() throws {
        let subject = try Self.subjects.get()[0].captions
        let outside = [String](repeating: "", count: subject.responses.columns)
        let study = try Study(
            name: "bare", stimuli: subject.stimuli, responses: subject.responses, runs: subject.runs,
            regions: Regions(names: outside))
        let simulator = try BrainSimulator(
            of: study, model: Self.mini.get(), layers: "layer 1",
            texts: Self.study.get().stimuli(.captions).texts, options: Self.options)
        #expect(throws: SimulatorError.self) { try simulator.occlusion(of: "a red circle") }
        #expect(throws: SimulatorError.self) { try simulator.respond(to: "a red circle").byRegion }
    }

    @Test func everyBandOfAChartHasAName() throws {
        let split = try SplitScores(r2: [[0.1, 0.2], [0.3, 0.1]], r: [[0.1, 0.2], [0.3, 0.1]])
        let regions = Regions(names: ["V1", "V1"])
        _ = try split.chart(by: regions, bands: ["image", "text"])
        for bands in [[], ["image"], ["image", "text", "sound"]] {
            #expect(throws: BrainError.self) { try split.chart(by: regions, bands: bands) }
        }
    }

    @Test func theEndOfTheColorsIsAboveZero() throws {
        let response = try films.respond(to: ScenePictures(scenes(1) { _ in true }))
        _ = try response.onSurface(.smallWorld(), limit: 2)
        for limit in [-1, 0, Double.nan, .infinity] {
            #expect(throws: SimulatorError.self) { try response.onSurface(.smallWorld(), limit: limit) }
        }
    }

    @Test func strangeStimuliLieOutside() throws {
        let usual = try films.respond(to: ScenePictures(scenes(100) { _ in true }))
        #expect(usual.outside.count < 8)
        #expect(usual.shareNearer.mean() > 0.3 && usual.shareNearer.mean() < 0.7)
        var random = NumpyRandom(seed: 4)
        let noise = try RGBImage(
            width: 64, height: 64,
            pixels: (0..<64 * 64 * 3).map { _ in UInt8(max(0, min(255, 128 + 80 * random.gaussian()))) })
        let flat = try RGBImage(width: 64, height: 64, pixels: [UInt8](repeating: 255, count: 64 * 64 * 3))
        #expect(try films.respond(to: [noise, flat]).outside == [0, 1])
    }

    /// Errors by region lie above zero and below a deviation; what is left out is predicted, with errors of about one.
    @Test func errorsAreOfTheRightSize() throws {
        let simulator = try films
        let response = try simulator.respond(to: ScenePictures(scenes(40) { _ in true }))
        let regions = try response.byRegion
        #expect(regions.standardErrors.elements.allSatisfy { $0 > 0 && $0 < 1 })
        let means = zip(simulator.scores.r, simulator.ceilings ?? []).filter { $0.1 > 0 }.map(\.0)
        #expect(means.mean() > 0.2)
        #expect(simulator.residuals.allSatisfy { $0 > 0.5 && $0 < 1.1 })
    }

    @Test func aFilmGivesTimeCourses() throws {
        let pictures = ScenePictures(scenes(20) { _ in true })
        let course = try films.respond(toFilm: pictures)
        #expect(course.secondsPerSample == 2 && course.values.rows == 20)
        // The blood is slow: the first sample knows little.
        let row = course.values.row(0).map { Double($0) }.std()
        #expect(row < course.values.row(12).map { Double($0) }.std())
        #expect(try captions.respond(toStory: ["a red circle", "two blue stars"]).values.rows == 2)
    }

    @Test func wordsAndPatchesAreLeftOut() throws {
        let words = try captions.occlusion(of: "two large red stars")
        #expect(words.parts == ["two", "large", "red", "stars"] && words.values.rows == 4)
        let response = try captions.respond(to: ["two large red stars", "two large stars"]).byRegion
        let place = try #require(words.regions.firstIndex { $0.name == "perirhinal" })
        let expected = response.values[0, place] - response.values[1, place]
        #expect(abs(words.values[2, place] - expected) < 1e-4)
        let scene = try Scene(
            objects: [
                SceneObject(shape: .star, color: .red, size: .large, texture: .plain, row: 0, column: 2)
            ],
            background: SceneBackground(color: .navy))
        let patches = try films.occlusion(of: scene.image(), patchesPerSide: 4)
        let column = try patches.values(of: "V4").map { abs($0) }
        // The patch that matters most for colors lies on the star.
        #expect([2, 3, 6, 7].contains(column.argmax()))
        #expect(throws: SimulatorError.self) { try films.occlusion(of: scene.image(), patchesPerSide: 1) }
        #expect(throws: SimulatorError.self) { try captions.occlusion(of: "star") }
    }

    @Test func whatDoesNotFitIsRefused() throws {
        let subject = try Self.subjects.get()[0]
        let mini = try Self.mini.get()
        #expect(throws: SimulatorError.self) {
            try BrainSimulator(
                of: subject.films, model: mini, layers: "block 2",
                images: ScenePictures(scenes(3) { _ in true }))
        }
        #expect(throws: SimulatorError.self) {
            try BrainSimulator(
                of: subject.captions, model: mini, layers: "layer 1",
                texts: Self.study.get().stimuli(.captions).texts, ceilings: [1, 2])
        }
        let preferred = try films.respond(to: ScenePictures(scenes(30) { _ in true })).preferred(
            in: "V4", count: 3)
        #expect(preferred.count == 3 && preferred[0].value >= preferred[1].value)
        #expect(throws: BrainError.self) {
            try films.respond(to: ScenePictures(scenes(3) { _ in true })).preferred(in: "V40")
        }
    }
}
