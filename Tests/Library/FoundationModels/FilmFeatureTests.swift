import Formats
import Foundation
import FoundationModels
import Synchronization
import Tensors
import Testing

@Suite("Feature files of a film, made by a vision transformer")
struct FilmFeatureTests {
    private static let source = Fixtures.folder.appending(path: "vision/timm")
    private static let layers: LayerSelection = ["block *", "norm"]
    private static let names = ["blocks.0", "blocks.1", "norm"]

    /// The film of films.py in an HDF5 file: 24 frames of 40 x 48 pixels; `change` may make it another.
    private func film(in folder: URL, _ change: (inout [UInt8]) -> Void = { _ in }) throws -> HDF5Dataset {
        var pixels: [UInt8] = []
        for frame in 0..<24 {
            for row in 0..<40 {
                for column in 0..<48 {
                    for channel in 0..<3 {
                        let value =
                            5 * column + 3 * row * (channel + 1) + 11 * frame + 40 * ((column + frame) / 9)
                        pixels.append(UInt8(value % 256))
                    }
                }
            }
        }
        change(&pixels)
        let url = folder.appending(path: UUID().uuidString + ".hdf")
        try HDF5File.create(url) { try $0.write(pixels, shape: [24, 40, 48, 3], to: "/stimuli") }
        return try HDF5File.open(url).dataset("/stimuli")
    }

    @Test("rows are the means over a TR that timm gives", arguments: [(1, 1), (4, 1), (6, 2), (8, 3)])
    func averages(_ frames: Int, _ every: Int) throws {
        try withTemporaryFolder { folder in
            let model = try FoundationModel.load(Self.source)
            let reference = try Safetensors.open(Self.source.appending(path: "film.safetensors"))
            let file = try model.featureFile(
                at: folder.path + "/features/", ofFilm: film(in: folder), framesPerSample: frames,
                every: every,
                layers: Self.layers, pooling: .cls, showsProgress: false)
            #expect(file.layers == Self.names)
            for name in Self.names {
                let expected: Tensor<Float> = try reference.tensor("\(frames) \(every) \(name)")
                #expect(try file[name].rows == 24 / frames)
                // See VisionTests.
                #expect(relativeError(try file[name], expected.matrix) < 1e-4)
            }
        }
    }

    /// A film that counts which frames are asked for, and that does something when one of them is.
    private final class WatchedFilm: ImageSource {
        private let film: FilmFrames
        let asked = Mutex<[Int]>([])
        /// What is done when frame 13 is wanted to be computed; the first time is for the hash of the stimuli.
        let onFrame13 = Mutex<(@Sendable () -> Void)?>(nil)
        private let isWatching: Bool

        init(_ film: HDF5Dataset, isWatching: Bool = false) throws {
            self.film = try FilmFrames(film)
            self.isWatching = isWatching
        }

        var count: Int { film.count }
        var unit: String { film.unit }

        func image(_ index: Int) throws -> RGBImage {
            let times = asked.withLock { asked in
                asked.append(index)
                return asked.count { $0 == index }
            }
            if isWatching, index == 13, times == 2 {
                while !onFrame13.withLock({ $0?() != nil }) { usleep(1000) }
            }
            return try film.image(index)
        }
    }

    private func featureFile(_ model: FoundationModel, _ film: WatchedFilm, at path: String) throws
        -> FeatureFile
    {
        let columns = 3 * 36
        // Four frames, which are one row, are written at a time.
        return try model.featureFile(
            at: path, of: film, averaging: 4, layers: Self.layers, pooling: .cls,
            memory: 4 * columns * MemoryLayout<Float>.stride, showsProgress: false)
    }

    @Test("a cancelled run goes on where it was, to the same bits; a whole one is found again")
    func resumption() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "gyrus-film-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let model = try FoundationModel.load(Self.source)
        let film = try film(in: folder)
        let whole = try featureFile(model, WatchedFilm(film), at: folder.path + "/whole.h5")

        let path = folder.path + "/film.h5"
        let watched = try WatchedFilm(film, isWatching: true)
        let task = Task { _ = try featureFile(model, watched, at: path) }
        watched.onFrame13.withLock { $0 = { task.cancel() } }
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(!FileManager.default.fileExists(atPath: path))
        let done = try rowsDone(path + ".partial")
        // Frame 13 is one of row 3, which may be finished before the next is begun.
        #expect((3...4).contains(done))

        let rest = try WatchedFilm(film)
        let file = try featureFile(model, rest, at: path)
        // All frames for the hash, since they are few, then those of the rows that were missing.
        #expect(rest.asked.withLock { $0.dropFirst(24).sorted() } == Array(4 * done..<24))
        for name in Self.names { #expect(try file[name] == whole[name]) }
        #expect(!FileManager.default.fileExists(atPath: path + ".partial"))

        let again = try WatchedFilm(film)
        let found = try featureFile(model, again, at: path)
        #expect(again.asked.withLock { $0.count } == 24)
        #expect(try found["norm"] == whole["norm"])
    }

    private func rowsDone(_ path: String) throws -> Int {
        let done = try HDF5File.open(URL(fileURLWithPath: path)).dataset("/rows/done")
        return try done.integers().reduce(0, +)
    }

    @Test("other weights, another transform and other frames are other features")
    func others() throws {
        try withTemporaryFolder { folder in
            let film = try film(in: folder)
            let model = try FoundationModel.load(Self.source)
            let path = folder.path + "/film.h5"
            func make(
                _ model: FoundationModel, _ film: HDF5Dataset, _ transform: ImageTransform? = nil,
                at path: String
            ) throws -> FeatureFile {
                try model.featureFile(
                    at: path, ofFilm: film, framesPerSample: 4, layers: Self.layers, transform: transform,
                    showsProgress: false)
            }
            let first = try make(model, film, at: path)

            let changed = folder.appending(path: "model")
            try FileManager.default.copyItem(at: Self.source, to: changed)
            let weights = changed.appending(path: "model.safetensors")
            var bytes = try Data(contentsOf: weights)
            bytes[bytes.count - 1] ^= 1
            try bytes.write(to: weights)
            let otherModel = try FoundationModel.load(changed)
            // One TR in black, which lies between the ends and the middle.
            let otherFilm = try self.film(in: folder) { pixels in
                for i in 16 * 5760..<20 * 5760 { pixels[i] = 0 }
            }
            let stretched = ImageTransform(fit: .stretched, normalization: .imageNet)
            let attempts: [(String, (String) throws -> FeatureFile)] = [
                ("weights_sha256", { try make(otherModel, film, at: $0) }),
                ("stimuli_sha256", { try make(model, otherFilm, at: $0) }),
                ("transform", { try make(model, film, stretched, at: $0) }),
            ]
            var urls = [try make(model, film, at: folder.path + "/all/").url]
            for (entry, attempt) in attempts {
                let error = #expect(throws: FoundationModelError.self) { try attempt(path) }
                let lines = (error?.description ?? "").split(separator: "\n")
                #expect(lines.first?.contains(path) == true && lines.count == 2)
                #expect(lines.last?.contains("  \(entry): ") == true, "\(lines)")
                urls.append(try attempt(folder.path + "/all/").url)
            }
            #expect(Set(urls).count == 4)
            #expect(try FeatureFile.open(path)["norm"] == first["norm"])
        }
    }

    @Test("samples of no frames, or of some that are left over, are refused for what they are")
    func wrongSamples() throws {
        try withTemporaryFolder { folder in
            let model = try FoundationModel.load(Self.source)
            let film = try film(in: folder)
            let cases = [
                (0, 1, "must be above 0; they are 0 and 1"), (24, 0, "must be above 0; they are 24 and 0"),
                (7, 1, "24 frames are not a whole number of samples of 7 frames"),
            ]
            for (perSample, step, words) in cases {
                let error = #expect(throws: FoundationModelError.self) {
                    try model.featureFile(
                        at: folder.path + "/film.h5", ofFilm: film, framesPerSample: perSample, every: step,
                        layers: Self.layers, showsProgress: false)
                }
                #expect(error?.description.hasSuffix(words) == true, "\(error?.description ?? "")")
            }
        }
    }

    @Test("another frame than the first of the only row makes another film")
    func oneRow() throws {
        try withTemporaryFolder { folder in
            let model = try FoundationModel.load(Self.source)
            func make(_ film: HDF5Dataset) throws -> FeatureFile {
                try model.featureFile(
                    at: folder.path + "/film.h5", ofFilm: film, framesPerSample: 24, layers: Self.layers,
                    showsProgress: false)
            }
            _ = try make(film(in: folder))
            let changed = try film(in: folder) { pixels in
                for i in 12 * 5760..<13 * 5760 { pixels[i] = 0 }
            }
            let error = #expect(throws: FoundationModelError.self) { try make(changed) }
            #expect(error?.description.contains("stimuli_sha256") == true, "\(error?.description ?? "")")
        }
    }

    @Test("a file that is cut short is named, with what to do", arguments: [0, 100, 2000, -2000, -1])
    func truncated(_ length: Int) throws {
        try withTemporaryFolder { folder in
            let film = try film(in: folder)
            let model = try FoundationModel.load(Self.source)
            let url = folder.appending(path: "film.h5")
            func make() throws -> FeatureFile {
                try model.featureFile(
                    at: url.path, ofFilm: film, framesPerSample: 4, layers: Self.layers, showsProgress: false)
            }
            _ = try make()
            let bytes = try Data(contentsOf: url)
            let part = length < 0 ? bytes.dropLast(-length) : bytes.prefix(length)
            for name in [url, url.appendingPathExtension("partial")] {
                try? FileManager.default.removeItem(at: url)
                try part.write(to: name)
                let error = #expect(throws: FormatError.self) { try make() }
                #expect(
                    error?.file == name.path && error?.problem.contains("delete it") == true,
                    "\(error?.description ?? "")")
                #expect(try Data(contentsOf: name) == part)
            }
            try FileManager.default.removeItem(at: url.appendingPathExtension("partial"))
            _ = try make()
        }
    }
}
