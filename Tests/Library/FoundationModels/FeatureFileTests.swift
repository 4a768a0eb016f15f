import Display
import Formats
import Foundation
import FoundationModels
import Synchronization
import Tensors
import Testing

@Suite("Feature files keep what is done, say how they were made, and are found again")
struct FeatureFileTests {
    private let bert = Fixtures.folder.appending(path: "encoders/bert")

    private func texts(_ count: Int) -> [String] {
        (0..<count).map {
            "the people can see \($0 % 7) boats " + String(repeating: "of water ", count: $0 % 5)
        }
    }

    @Test("a file of texts holds the features, with their making")
    func sentences() throws {
        try withTemporaryFolder { folder in
            let model = try FoundationModel.load(bert)
            let texts = texts(300)
            let path = folder.appending(path: "features/story.h5").path
            let file = try model.featureFile(at: path, of: texts, layers: "layer *", showsProgress: false)
            let expected = try model.features(of: texts, layers: "layer *", showsProgress: false)
            #expect(file.layers == ["encoder.layer.0", "encoder.layer.1"])
            for layer in expected { #expect(relativeError(try file[layer.name], layer.matrix) < 1e-5) }
            #expect(try file.rows(10..<20, of: "layer 1") == file["layer 1"].rows(10..<20))
            #expect(throws: FoundationModelError.self) { try file["layer 2"] }
            let provenance = try FeatureFile.open(path).provenance
            #expect(provenance.pooling == "mean" && provenance.stimuli == "300 texts")
            #expect(provenance.transform == "WordPiece, at most 24 tokens")
            // sha256sum model.safetensors
            let weights = try sha256sum(bert.appending(path: "model.safetensors"))
            #expect(provenance.weights == weights)
            #expect(file.mimeBundle.plainText?.contains("300 x 36") == true)
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: folder.path + "/features") == ["story.h5"]
            )
        }
    }

    private func sha256sum(_ file: URL) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["sha256sum", file.path]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return String(decoding: output.prefix(64), as: UTF8.self)
    }

    @Test("the same is found, another is refused, and in a folder each has its own name")
    func found() throws {
        try withTemporaryFolder { folder in
            let model = try FoundationModel.load(bert)
            let path = folder.appending(path: "story.h5").path
            func number(_ path: String) throws -> Int {
                try FileManager.default.attributesOfItem(atPath: path)[.systemFileNumber] as! Int
            }
            _ = try model.featureFile(at: path, of: texts(5), showsProgress: false)
            let first = try number(path)
            _ = try model.featureFile(at: path, of: texts(5), showsProgress: false)
            #expect(try number(path) == first)
            let error = #expect(throws: FoundationModelError.self) {
                try model.featureFile(at: path, of: texts(6), pooling: .cls, showsProgress: false)
            }
            let text = error?.description ?? ""
            #expect(text.contains("pooling: mean in the file, cls wanted") && text.contains("5 texts"))

            let inFolder = folder.appending(path: "all").path + "/"
            let one = try model.featureFile(at: inFolder, of: texts(5), showsProgress: false).url
            let same = try model.featureFile(at: inFolder, of: texts(5), showsProgress: false).url
            let other = try model.featureFile(at: inFolder, of: texts(6), showsProgress: false).url
            #expect(one == same && one != other)
            #expect(one.lastPathComponent.hasPrefix("bert-"))
            let nowhere = #expect(throws: FormatError.self) {
                try model.featureFile(at: "/proc/none/story.h5", of: texts(5), showsProgress: false)
            }
            #expect(nowhere?.description.hasPrefix("/proc/none: cannot be made") == true)
        }
    }

    /// Images that count how often they are asked for, and that fail once.
    private final class Photos: ImageSource {
        let count = 23
        let asked = Mutex<[Int]>([])
        let failing: Int?
        let onFailure: @Sendable () -> Void

        init(failing: Int? = nil, onFailure: @escaping @Sendable () -> Void = {}) {
            self.failing = failing
            self.onFailure = onFailure
        }

        func image(_ index: Int) throws -> RGBImage {
            let times = asked.withLock { asked in
                asked.append(index)
                return asked.count { $0 == index }
            }
            // The first time is for the hash of the stimuli.
            if index == failing, times > 1 {
                onFailure()
                throw CancellationError()
            }
            let pixels = (0..<48 * 40 * 3).map { UInt8(truncatingIfNeeded: $0 &* (index + 3) &+ $0 / 7) }
            return try RGBImage(width: 48, height: 40, pixels: pixels)
        }
    }

    private var transform: ImageTransform { ImageTransform(fit: .stretched, normalization: .imageNet) }

    @Test("an interrupt keeps what is done, and so does a crash; the next run does the rest")
    func resumption() throws {
        try withNetwork { model, folder in
            let layers: LayerSelection = .last
            // Four rows at a time, so that rows 0 to 11 are done when image 14 fails.
            let columns = try model.image.features(of: Photos(failing: 99), transform, layers).matrix.columns
            let memory = 4 * columns * 4
            func run(_ photos: Photos, _ path: String) throws -> FeatureFile {
                try model.featureFile(
                    at: path, of: photos, layers: layers, transform: transform, memory: memory,
                    showsProgress: false)
            }
            let whole = try run(Photos(), folder.path + "/whole.h5")[layer(model)]
            let path = folder.path + "/photos.h5"
            let crashed = folder.path + "/crashed.h5"
            // What a killed process leaves: the file as it is on the disk, without HDF5's closing of it.
            let photos = Photos(failing: 14) {
                try? FileManager.default.copyItem(atPath: path + ".partial", toPath: crashed + ".partial")
            }
            #expect(throws: CancellationError.self) { try run(photos, path) }
            #expect(!FileManager.default.fileExists(atPath: path))
            try checkUnfinished(path + ".partial", layer(model), whole)
            for rest in [path, crashed] {
                let photos = Photos()
                let file = try run(photos, rest)
                #expect(try file[layer(model)] == whole)
                // Each once for the hash; then only those from 12 on.
                #expect(photos.asked.withLock { $0.sorted() } == (Array(0..<23) + Array(12..<23)).sorted())
                #expect(!FileManager.default.fileExists(atPath: rest + ".partial"))
            }
        }
    }

    /// The rows that were not computed are zeros, which nobody may take for features.
    private func checkUnfinished(_ path: String, _ layer: String, _ whole: Matrix<Float>) throws {
        let file = try FeatureFile.open(path)
        let error = #expect(throws: FormatError.self) { try file[layer] }
        #expect(error?.problem.contains("lacks 11 of its 23 rows") == true)
        #expect(throws: FormatError.self) { try file.rows(11..<13, of: layer) }
        #expect(try file.rows(0..<12, of: layer) == whole.rows(0..<12))
    }

    private func layer(_ model: FoundationModel) throws -> String { try model.image.layers.last!.name }

    @Test(
        "a random crop is that of the image's number, however many rows are computed at a time or were there")
    func randomCrops() throws {
        try withNetwork { model, folder in
            let crops = ImageTransform(fit: .randomCrop(seed: 5), normalization: .imageNet)
            let source = Photos()
            var photos = try (0..<9).map { try source.image($0) }
            let path = folder.path + "/photos.h5"
            for _ in 0..<2 {
                let images = ImagesInMemory(photos)
                let whole = try model.image.features(of: images, crops, .last).matrix
                let file = try model.featureFile(
                    at: path, of: images, layers: .last, transform: crops,
                    memory: 4 * whole.columns * MemoryLayout<Float>.stride, showsProgress: false)
                #expect(relativeError(try file[layer(model)], whole) < 1e-5)
                // The same images at other places have other crops.
                photos.append(photos.removeFirst())
            }
        }
    }

    @Test("frames of a film are averaged over each TR, with any stride")
    func film() throws {
        try withNetwork { model, folder in
            let url = folder.appending(path: "film.hdf")
            let frames = 12
            let pixels = (0..<frames * 40 * 48 * 3).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 / 977) }
            try HDF5File.create(url) { try $0.write(pixels, shape: [frames, 40, 48, 3], to: "/stimuli") }
            let film = try HDF5File.open(url).dataset("/stimuli")
            let single = try model.image.features(of: FilmFrames(film), transform, .last).matrix
            for (step, used) in [(1, [0, 1, 2, 3]), (2, [0, 2]), (3, [0, 3])] {
                let file = try model.featureFile(
                    at: folder.path + "/features/", ofFilm: film, framesPerSample: 4, every: step,
                    layers: .last,
                    transform: transform, showsProgress: false)
                let found = try file[layer(model)]
                #expect(found.rows == 3 && file.provenance.stimuli.hasPrefix("\(3 * used.count) frames"))
                for row in 0..<3 {
                    let mean = (0..<single.columns).map { column in
                        used.reduce(Float(0)) { $0 + single[4 * row + $1, column] } / Float(used.count)
                    }
                    #expect(relativeError(found.rows(row..<row + 1), Matrix([mean])) < 1e-5)
                }
            }
            #expect(throws: FoundationModelError.self) {
                try model.featureFile(at: folder.path + "/x.h5", ofFilm: film, framesPerSample: 5)
            }
        }
    }

    @Test("features of images that were made by other rules of pixels are not taken for those of today")
    func rulesOfPixels() throws {
        try withNetwork { model, folder in
            func run(_ path: String) throws -> FeatureFile {
                try model.featureFile(
                    at: path, of: Photos(), layers: .last, transform: transform, showsProgress: false)
            }
            let path = folder.path + "/photos.h5"
            let kept = try { try run(path).provenance.transform }()
            #expect(kept == "\(transform); pixels as Pillow 13's")
            // As files were before the rules stood in them.
            try {
                let old = try HDF5File.open(path, writable: true)
                try old.setAttribute("transform", to: .strings(["\(transform)"]))
            }()
            let error = #expect(throws: FoundationModelError.self) { try run(path) }
            #expect(error?.description.contains("pixels as Pillow 13's wanted") == true)
        }
    }
}

extension ImageTower {
    /// The features of a source in one layer with another transform.
    fileprivate func features(
        of source: any ImageSource, _ transform: ImageTransform, _ layers: LayerSelection
    )
        throws -> LayerFeatures
    {
        var tower = self
        tower.transform = transform
        return try tower.features(of: source, layers: layers, showsProgress: false)[0]
    }
}
