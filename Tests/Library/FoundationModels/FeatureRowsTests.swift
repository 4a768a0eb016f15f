import Formats
import Foundation
import FoundationModels
import Tensors
import Testing

@Suite("The rows of a feature file have names, and stay where their inputs stay the same")
struct FeatureRowsTests {
    private let bert = Fixtures.folder.appending(path: "encoders/bert")
    private let texts = ["the people", "can see, the \"boats\"", "of water\nand", "the boats"]

    @Test("rows are called by number, by id, and by file; texts are kept on request")
    func names() throws {
        try withTemporaryFolder { folder in
            let model = try FoundationModel.load(bert)
            let path = folder.path + "/story.h5"
            let plain = try model.featureFile(at: path, of: texts, showsProgress: false)
            #expect(try plain.ids == ["0", "1", "2", "3"] && plain.texts == nil)
            let named = try model.featureFile(
                at: path, of: texts, ids: ["a", "b", "c", "d"], keepsTexts: true, showsProgress: false)
            #expect(try named.ids == ["a", "b", "c", "d"] && named.texts == texts)
            // Who asks for no names takes the file as it is.
            let again = try model.featureFile(at: path, of: texts, showsProgress: false)
            #expect(try again.ids == ["a", "b", "c", "d"])
            for ids in [["a"], ["a", "b", "c", "a"], ["a", "b", "c", "d\0"]] {
                #expect(throws: FoundationModelError.self) {
                    try model.featureFile(at: path, of: texts, ids: ids, showsProgress: false)
                }
            }
        }
    }

    @Test("where one text changes, only it is computed, and the numbers are those of a new file")
    func changes() throws {
        try withTemporaryFolder { folder in
            let model = try FoundationModel.load(bert)
            var changed = texts
            changed[2] = "of the water"
            changed.insert("people see", at: 0)
            for path in ["story.h5", "all/"] {
                let path = folder.path + "/" + path
                let (url, marked) = try {
                    let before = try model.featureFile(at: path, of: texts, showsProgress: false)
                    return (before.url, try before["layer 1"])
                }()
                // Numbers that no model gives show which rows are taken over.
                try {
                    let file = try HDF5File.open(url, writable: true)
                    let dataset = try file.dataset("/features/encoder.layer.1")
                    let marks = Tensor<Float>(shape: [4, 1], elements: [100, 101, 102, 103])
                    try dataset.write(marks, at: [0, 0])
                }()
                let after = try model.featureFile(at: path, of: changed, showsProgress: false)
                let fresh = try model.featureFile(
                    at: folder.path + "/fresh.h5", of: changed, showsProgress: false)
                let (found, expected) = (try after["layer 1"], try fresh["layer 1"])
                #expect(try after["layer 0"].rows == 5 && after.provenance == fresh.provenance)
                let first = (0..<5).map { found[$0, 0] }
                #expect(first == [expected[0, 0], 100, 101, expected[3, 0], 103])
                #expect(found[2, 5] == marked[1, 5])
                try FileManager.default.removeItem(at: fresh.url)
            }
        }
    }

    @Test("a file of other texts is left alone")
    func others() throws {
        try withTemporaryFolder { folder in
            let model = try FoundationModel.load(bert)
            let path = folder.path + "/story.h5"
            let many = (0..<9).map { "the \($0) boats" }
            let file = try model.featureFile(at: path, of: many, showsProgress: false)
            for other in [["water"], Array(many.prefix(3))] {
                let error = #expect(throws: FoundationModelError.self) {
                    try model.featureFile(at: path, of: other, showsProgress: false)
                }
                #expect(error?.description.contains("9 texts in the file") == true)
            }
            #expect(try file.ids.count == 9)
        }
    }

    @Test("damaged images are all named before the first is computed; mended, only they are computed")
    func damagedImages() throws {
        try withNetwork { model, folder in
            let images = folder.appending(path: "images")
            try FileManager.default.createDirectory(at: images, withIntermediateDirectories: true)
            let source = Fixtures.folder.deletingLastPathComponent().deletingLastPathComponent()
                .appending(path: "Formats/Fixtures/images/rgb.jpg")
            let bytes = try Data(contentsOf: source)
            var files: [URL] = []
            for (index, name) in ["a/1.jpg", "a/2.jpg", "b/1.jpg"].enumerated() {
                let file = images.appending(path: name)
                try FileManager.default.createDirectory(
                    at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
                // A comment behind the image makes each file another.
                try (bytes + Data([UInt8(index)])).write(to: file)
                files.append(file)
            }
            let transform = ImageTransform(fit: .stretched, normalization: .imageNet)
            func run() throws -> FeatureFile {
                try model.featureFile(
                    at: folder.path + "/images.h5", of: ImageFiles(files), layers: .last,
                    transform: transform, showsProgress: false)
            }
            let whole = try Data(contentsOf: files[2])
            try whole.prefix(100).write(to: files[2])
            try Data("no image".utf8).write(to: files[1])
            let error = #expect(throws: FoundationModelError.self) { try run() }
            let text = error?.description ?? ""
            #expect(text.contains("2 of 3 images") && text.contains("a/2.jpg") && text.contains("b/1.jpg"))
            try whole.write(to: files[2])
            try whole.write(to: files[1])
            let file = try run()
            #expect(try file.ids == ["a/1.jpg", "a/2.jpg", "b/1.jpg"])
            let layer = try #require(file.layers.first)
            let features = try file[layer]
            #expect(features.row(0) == features.row(2))
        }
    }

    @Test("photographs as they are stored are other images than those turned")
    func photographsThatAreNotTurned() throws {
        let images = Fixtures.folder.deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Formats/Fixtures/images")
        let file = images.appending(path: "orientation-6.png")
        let (turned, stored) = (ImageFiles([file]), ImageFiles([file], turned: false))
        #expect(try turned.image(0) == RGBImage.open(file))
        #expect(try stored.image(0) == RGBImage.open(images.appending(path: "orientation-1.png")))
        #expect(try stored.image(0) != turned.image(0) && "\(stored)".hasSuffix(", not turned"))
        try withNetwork { model, folder in
            func run(_ files: ImageFiles) throws -> FeatureFile {
                try model.featureFile(
                    at: folder.path + "/images.h5", of: files, layers: .last,
                    transform: ImageTransform(fit: .stretched, normalization: .imageNet),
                    showsProgress: false)
            }
            let layer = try #require(try run(turned).layers.first)
            _ = try run(turned)[layer]
            let error = #expect(throws: FoundationModelError.self) { try run(stored) }
            #expect(error?.description.contains("stimuli_sha256") == true, "\(error?.description ?? "")")
        }
    }

    @Test("a CSV file has the ids, the texts and numbers that read back the same")
    func table() throws {
        try withTemporaryFolder { folder in
            let model = try FoundationModel.load(bert)
            let file = try model.featureFile(
                at: folder.path + "/story.h5", of: texts, ids: ["a", "b,1", "c", "d"], keepsTexts: true,
                showsProgress: false)
            let path = folder.path + "/layer.csv"
            try file.writeCSV(of: "layer 1", to: path)
            let lines = try String(contentsOfFile: path, encoding: .utf8).components(separatedBy: "\r\n")
            let features = try file["layer 1"]
            #expect(lines.count == 6 && lines[5].isEmpty)
            #expect(lines[0].hasPrefix("id,text,feature_0,feature_1,") && lines[0].hasSuffix(",feature_35"))
            #expect(lines[2].hasPrefix("\"b,1\",\"can see, the \"\"boats\"\"\","))
            #expect(lines[3].hasPrefix("c,\"of water\nand\","))
            let numbers = lines[1].split(separator: ",").dropFirst(2).compactMap { Float($0) }
            #expect(numbers == (0..<36).map { features[0, $0] })
            #expect(throws: FoundationModelError.self) { try file.writeCSV(of: "layer 9", to: path) }
            let kept = try String(contentsOfFile: path, encoding: .utf8)
            #expect(kept.components(separatedBy: "\r\n") == lines)
            #expect(throws: FormatError.self) { try file.writeCSV(of: "layer 1", to: "/proc/none/x.csv") }
            let left = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
            #expect(left == ["layer.csv", "story.h5"])
        }
    }
}
