import Formats
import Foundation
import FoundationModels
import SmallWorld
import Tensors
import Testing

/// The model that comes with the library, on scenes that its training never saw.
@Suite struct MiniTests {
    private let world = SmallWorld(seed: 2022)

    private func load(_ name: String = "brivl-mini") throws -> FoundationModel {
        try FoundationModel.load(name)
    }

    @Test func imagesAndCaptionsFindEachOther() throws {
        let scenes = world.scenes(500, of: .test)
        let scores = try load().retrieval(
            of: ImagesInMemory(scenes.map { try $0.image() }), captions: scenes.map { $0.caption().text },
            showsProgress: false)
        #expect(scores.textsOfImages[1] ?? 0 >= 0.7)
        #expect(scores.imagesOfTexts[1] ?? 0 >= 0.7)
    }

    @Test func colorsAndShapesAreNamed() throws {
        let model = try load()
        let scenes = (0..<4000).map { world.scene($0, of: .test) }.filter { $0.objects.count == 1 }.prefix(
            300)
        let images = try model.imageEmbeddings(of: scenes.map { try $0.image() })
        let (colors, shapes) = (SceneObject.Color.allCases, SceneObject.Shape.allCases)
        let prompts = colors.flatMap { color in shapes.map { "a picture of a \(color) \($0)" } }
        let texts = try model.textEmbeddings(of: prompts)
        /// The mean similarity of an image to the prompts of a class.
        func right(_ classes: Int, _ own: (SceneObject) -> Int, _ prompt: (Int, Int) -> Int) throws -> Double
        {
            let similarity = try images.cosineSimilarity(to: texts)
            let found = scenes.enumerated().count { number, scene in
                let sums = (0..<classes).map { each in
                    (0..<8).reduce(Float(0)) { $0 + similarity[number, prompt(each, $1)] }
                }
                return sums.indices.max { sums[$0] < sums[$1] } == own(scene.objects[0])
            }
            return Double(found) / Double(scenes.count)
        }
        #expect(try right(8, { colors.firstIndex(of: $0.color) ?? 0 }, { 8 * $0 + $1 }) >= 0.99)
        #expect(try right(8, { shapes.firstIndex(of: $0.shape) ?? 0 }, { 8 * $1 + $0 }) >= 0.9)
    }

    @Test func aTowerWithoutClassTokenIsNotPooledByIt() throws {
        let tower = try load().image
        let image = try world.scene(0, of: .test).image()
        let error = #expect(throws: FoundationModelError.self) {
            try tower.features(of: [image], layers: "block *", pooling: .cls, showsProgress: false)
        }
        #expect(error?.description.contains("has no class token") == true)
        let vectors = try tower.features(
            of: [image], layers: "embedding", pooling: .cls, showsProgress: false)
        #expect(vectors.count == 1)
    }

    @Test func colorsStayWithTheirShapes() throws {
        let model = try load()
        var (scenes, right, wrong) = ([Scene](), [String](), [String]())
        for number in 0..<1500 where scenes.count < 300 {
            let scene = world.scene(number, of: .test)
            guard scene.objects.count == 2, scene.objects[0].color != scene.objects[1].color,
                scene.objects[0].shape != scene.objects[1].shape
            else { continue }
            var swapped = scene.objects
            (swapped[0].color, swapped[1].color) = (swapped[1].color, swapped[0].color)
            let other = try Scene(objects: swapped, background: scene.background, drawing: scene.drawing)
            let caption = scene.caption()
            // A caption that names no shape fits both.
            guard !caption.fits(other) else { continue }
            scenes.append(scene)
            right.append(caption.text)
            wrong.append(other.caption().text)
        }
        #expect(scenes.count == 300)
        let images = try model.imageEmbeddings(of: scenes.map { try $0.image() })
        let (own, others) = (try model.textEmbeddings(of: right), try model.textEmbeddings(of: wrong))
        let found = scenes.indices.count { row in
            (0..<images.columns).reduce(Float(0)) { $0 + images[row, $1] * (own[row, $1] - others[row, $1]) }
                > 0
        }
        #expect(found >= 270)
    }

    private struct Reference: Decodable {
        let sentences: [String]
        let texts: [[Float]]
        let blocks: [[[[UInt8]]]]
        let images: [[Float]]
    }

    /// What timm and transformers make of the same weights (`Tests/Oracles/brivl_mini.py`).
    @Test func embeddingsAreThoseOfOtherLibraries() throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appending(path: "Fixtures/brivl-mini.json")
        let reference = try JSONDecoder().decode(Reference.self, from: Data(contentsOf: file))
        let model = try load()
        let images = try reference.blocks.map { blocks -> RGBImage in
            var pixels: [UInt8] = []
            for row in 0..<64 {
                for column in 0..<64 { pixels += blocks[row / 8][column / 8] }
            }
            return try RGBImage(width: 64, height: 64, pixels: pixels)
        }
        for (found, right) in [
            (try model.textEmbeddings(of: reference.sentences), reference.texts),
            (try model.imageEmbeddings(of: images), reference.images),
        ] {
            for row in right.indices {
                for column in right[row].indices {
                    #expect(abs(found[row, column] - right[row][column]) < 1e-4)
                }
            }
        }
    }

    @Test func theCardShowsWhatWasMeasured() throws {
        let text = try load().description
        for name in ["R@1 image to text", "ceiling text to image", "shape of one object", "which relation"] {
            #expect(text.contains(name))
        }
    }

    @Test func controlsHaveTheSameTowers() throws {
        let model = try load()
        for name in ["brivl-mini-supervised", "brivl-mini-simclr"] {
            #expect(
                try load(name).image.layers.filter { $0.block != nil }
                    == model.image.layers.filter { $0.block != nil })
        }
        #expect(
            try load("brivl-mini-masked").text.layers.map(\.name)
                == model.text.layers.map(\.name).filter { !$0.contains("textFC") && $0 != "text_embeds" })
    }
}
