import Formats
import Foundation
import FoundationModels
import Tensors
import Testing

@Suite("Images become what the reference libraries make of them, whatever the configuration says")
struct ImageConfigurationTests {
    private struct Case: Decodable {
        var name: String
        var model: String
        var file: String
    }

    private static let folder = Fixtures.folder.appending(path: "configurations")

    private func photo() throws -> RGBImage {
        let pixels: Tensor<Float> = try Safetensors.open(Self.folder.appending(path: "pixels.safetensors"))
            .tensor("photo")
        return try RGBImage(
            width: pixels.shape[1], height: pixels.shape[0], pixels: pixels.elements.map { UInt8($0) })
    }

    @Test func pixels() throws {
        let reference = try Safetensors.open(Self.folder.appending(path: "pixels.safetensors"))
        let cases: [Case] = try Fixtures.json("configurations/pixels.json")
        let raw =
            try JSONSerialization.jsonObject(
                with: Data(contentsOf: Self.folder.appending(path: "pixels.json"))) as! [[String: Any]]
        #expect(cases.count == raw.count && cases.count > 40)
        let photo = try photo()
        try withTemporaryFolder { place in
            for (one, whole) in zip(cases, raw) {
                let copy = try ModelCopy("vision/" + one.model, in: place)
                try copy.write(whole["config"]!, to: one.file)
                let tower = try FoundationModel.load(copy.folder).image
                let expected: Tensor<Float> = try reference.tensor(one.name)
                #expect(expected.shape == [3, tower.imageSize.height, tower.imageSize.width], "\(one.name)")
                let planes = tower.transform.planes(
                    of: try tower.transform.apply(photo, size: tower.imageSize))
                guard planes.shape == expected.shape else { continue }
                let scale = expected.elements.map(abs).max() ?? 1
                let error = zip(planes.elements, expected.elements).map { abs($0 - $1) }.max() ?? .infinity
                // Some pixels are rounded to another of 256 steps: torchvision resizes in another arithmetic than Pillow.
                let step = 1 / 255 / (tower.transform.normalization.deviation.min() ?? 1)
                #expect(error <= 2.01 * step + 1e-4 * scale, "\(one.name): \(error), a step is \(step)")
                let mean =
                    zip(planes.elements, expected.elements).map { abs($0 - $1) }.reduce(0, +)
                    / Float(planes.count)
                #expect(mean < 0.1 * step, "\(one.name): \(mean) on average")
            }
        }
    }

    @Test func whatIsNotSupportedIsRefused() throws {
        try withTemporaryFolder { place in
            for (model, changes, part) in [
                ("hf-vit", ["resample": 0], "\"resample\" is 0"),
                ("hf-vit", ["size": ["shortest_edge": 24, "longest_edge": 30]], "longest_edge"),
                ("hf-vit", ["image_processor_type": "SiglipImageProcessor"], "SiglipImageProcessor"),
                ("hf-dinov2", ["do_center_crop": false], "keep their proportions"),
                ("hf-vit", ["do_pad": true], "\"do_pad\" is true"),
                ("hf-vit", ["image_std": [0, 1, 1]], "must not be 0"),
                ("hf-vit", ["image_mean": [0.1, 0.2]], "3 numbers"),
                ("hf-vit", ["rescale_factor": 1e-300], "config.json: \"rescale_factor\" is 1e-300"),
                ("hf-vit", ["rescale_factor": 1e300], "config.json: \"rescale_factor\" is 1e+300"),
            ] as [(String, [String: Any], String)] {
                let copy = try ModelCopy("vision/" + model, in: place)
                try copy.change("preprocessor_config.json", changes)
                let error = #expect(throws: FoundationModelError.self) {
                    try FoundationModel.load(copy.folder)
                }
                #expect(error?.description.contains(part) == true, "\(error?.description ?? "")")
            }
            for (changes, part) in [
                (["interpolation": "nearest"], "nearest"), (["crop_mode": "border"], "border"),
                (["input_size": [1, 24, 24]], "1 channels"),
                (["crop_pct": 0], "crop_pct"),
            ] as [([String: Any], String)] {
                let copy = try ModelCopy("vision/timm", in: place)
                try copy.change("config.json", in: "pretrained_cfg", changes)
                let error = #expect(throws: FoundationModelError.self) {
                    try FoundationModel.load(copy.folder)
                }
                #expect(error?.description.contains(part) == true, "\(error?.description ?? "")")
            }
        }
    }

    /// transformers 5 writes both processors of CLIP into one file, which it reads before the older one.
    @Test func processorsOfBothTowers() throws {
        try withTemporaryFolder { place in
            let copy = try ModelCopy("vision/hf-vit", in: place)
            try copy.write(
                [
                    "image_processor": [
                        "image_processor_type": "ViTImageProcessor", "size": ["height": 16, "width": 24],
                    ]
                ],
                to: "processor_config.json")
            #expect(try FoundationModel.load(copy.folder).image.imageSize == ImageSize(height: 16, width: 24))
        }
    }

    @Test func positionsThatAreInterpolatedAreOnTheCard() throws {
        try withTemporaryFolder { place in
            let copy = try ModelCopy("vision/hf-vit", in: place)
            #expect(try FoundationModel.load(copy.folder).notes.isEmpty)
            try copy.change("preprocessor_config.json", ["size": ["height": 40, "width": 32]])
            let model = try FoundationModel.load(copy.folder)
            #expect(try model.image.imageSize == ImageSize(height: 40, width: 32))
            #expect(model.notes.contains { $0.contains("interpolated") }, "\(model.notes)")
        }
    }

    /// timm's files of before 2023 have all on the topmost level.
    @Test func flatConfigurations() throws {
        try withTemporaryFolder { place in
            let copy = try ModelCopy("vision/timm-file", in: place)
            try copy.remove("images.safetensors", "layers.safetensors")
            try copy.write(
                [
                    "architecture": "vit_base_patch16_224", "num_classes": 0, "num_features": 64,
                    "input_size": [3, 32, 32], "mean": [0.4, 0.5, 0.6], "std": [0.2, 0.3, 0.4],
                    "interpolation": "bilinear", "crop_pct": 0.8,
                ] as [String: Any], to: "config.json")
            let model = try FoundationModel.load(copy.url("vit.pth"))
            #expect(try model.image.transform.fit == .shorterSide(40) && model.notes.isEmpty)
            #expect(
                try model.image.transform.normalization
                    == .init(mean: [0.4, 0.5, 0.6], deviation: [0.2, 0.3, 0.4]))
        }
    }

    /// A folder of timm's with several checkpoints of a training.
    @Test func oneOfSeveralFilesHasTimmsConfiguration() throws {
        try withTemporaryFolder { place in
            let copy = try ModelCopy("vision/timm-file", in: place)
            for name in ["a.pth", "b.pth"] {
                try FileManager.default.copyItem(at: copy.url("vit.pth"), to: copy.url(name))
            }
            try copy.remove("images.safetensors", "layers.safetensors", "vit.pth")
            try copy.write(
                [
                    "architecture": "vit_base_patch16_224", "input_size": [3, 32, 32],
                    "mean": [0.4, 0.5, 0.6], "std": [0.2, 0.3, 0.4], "interpolation": "bilinear",
                    "crop_pct": 0.8,
                ] as [String: Any], to: "config.json")
            for name in ["a.pth", "b.pth"] {
                let model = try FoundationModel.load(copy.url(name))
                #expect(try model.image.transform.fit == .shorterSide(40))
                #expect(model.notes.isEmpty, "\(model.notes)")
            }
            // The configuration is for weights of a usual name, if there are such.
            try FileManager.default.copyItem(at: copy.url("b.pth"), to: copy.url("pytorch_model.bin"))
            let other = try FoundationModel.load(copy.url("a.pth"))
            #expect(other.notes.contains { $0.contains("assumed") })
        }
    }

    /// timm divides each size by `crop_pct`: 24 / 0.9 is 26 rounded down, and 48 / 0.9 is 53, not twice 26.
    @Test(arguments: ["center", "squash"])
    func anotherSizeHasTimmsCrop(_ mode: String) throws {
        try withTemporaryFolder { place in
            let copy = try ModelCopy("vision/timm", in: place)
            try copy.change("config.json", in: "pretrained_cfg", ["crop_pct": 0.9, "crop_mode": mode])
            func fit(_ side: Int) -> ImageTransform.Fit {
                mode == "center" ? .shorterSide(side) : .stretchedTo(ImageSize(side))
            }
            let tower = try FoundationModel.load(copy.folder).image
            #expect(tower.transform.fit == fit(26))
            #expect(try tower.resized(to: ImageSize(48)).transform.fit == fit(53))
            // What was changed by hand keeps its proportion.
            var own = tower
            own.transform.fit = fit(30)
            #expect(try own.resized(to: ImageSize(48)).transform.fit == fit(60))
            own.transform.fit = fit(Int.max)
            #expect(try own.resized(to: ImageSize(48)).transform.fit == fit(Int.max))
        }
    }

    @Test func anArchitectureIsNoOtherModel() throws {
        let error = #expect(throws: FoundationModelError.self) {
            try FoundationModel.load(
                Fixtures.folder.appending(path: "vision/hf-vit"), architecture: "vit_base_patch16_224")
        }
        #expect(error?.description.contains("says itself that it is \"vit\"") == true)
    }

    @Test func aFeatureFileIsNotThatOfAnotherPreprocessing() throws {
        try withTemporaryFolder { place in
            let photo = try photo()
            let copy = try ModelCopy("vision/hf-vit", in: place)
            let path = place.appending(path: "features.h5").path
            func file() throws -> FeatureFile {
                try FoundationModel.load(copy.folder).featureFile(
                    at: path, of: ImagesInMemory([photo]), layers: "block *", showsProgress: false)
            }
            _ = try file()
            try copy.change("preprocessor_config.json", ["size": ["height": 40, "width": 40]])
            let error = #expect(throws: FoundationModelError.self) { try file() }
            #expect(error?.description.contains("settings_sha256") == true)
        }
    }

    @Test("positions of DINOv2 as its authors interpolate them", arguments: [(70, 70), (42, 84), (28, 28)])
    func dinov2(_ height: Int, _ width: Int) throws {
        let model = try FoundationModel.load(Self.folder.appending(path: "dinov2.pth"))
        let tower = try model.image.resized(to: ImageSize(height: height, width: width))
        let reference = try Safetensors.open(Self.folder.appending(path: "dinov2.safetensors"))
        let features = try tower.features(
            of: try reference.tensor("\(height) \(width) images"), layers: "embeddings", pooling: .flattened,
            showsProgress: false)[0]
        let expected: Tensor<Float> = try reference.tensor("\(height) \(width) embeddings")
        let error = relativeError(
            features.matrix, expected.reshaped(to: [1, features.matrix.columns]).matrix)
        #expect(error < 1e-5, "\(error)")
        // timm interpolates otherwise, whatever file it reads.
        let timm = try FoundationModel.load(
            Self.folder.appending(path: "dinov2.pth"), architecture: "vit_base_patch14_dinov2")
        let other = try timm.image.resized(to: ImageSize(height: height, width: width)).features(
            of: try reference.tensor("\(height) \(width) images"), layers: "embeddings", pooling: .flattened,
            showsProgress: false)[0]
        #expect(relativeError(other.matrix, features.matrix) > 1e-3)
    }
}
