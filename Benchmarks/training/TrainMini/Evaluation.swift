import Formats
import FoundationModels
import SmallWorld
import Tensors

/// What a model of two towers knows of scenes that no training saw; by the towers that everybody loads.
struct Evaluation {
    let model: FoundationModel
    let world: SmallWorld
    var split = SmallWorld.Split.test

    /// The share of right answers by name, in the order in which a card lists them.
    func results() throws -> [(name: String, value: Double)] {
        let scenes = world.scenes(500, of: split)
        let captions = scenes.map { $0.caption() }
        let images = try scenes.map { try $0.image() }
        let retrieval = try RetrievalScores(
            images: model.imageEmbeddings(of: images), texts: model.textEmbeddings(of: captions.map(\.text)))
        let ceiling = ceiling(scenes, captions)
        var results: [(String, Double)] = [
            ("R@1 image to text", retrieval.textsOfImages[1] ?? 0), ("ceiling image to text", ceiling.texts),
            ("R@1 text to image", retrieval.imagesOfTexts[1] ?? 0), ("ceiling text to image", ceiling.images),
        ]
        let singles = some(400) { $0.objects.count == 1 }
        let embeddings = try model.imageEmbeddings(of: singles.map { try $0.image() })
        let (colors, shapes) = (SceneObject.Color.allCases, SceneObject.Shape.allCases)
        results.append(
            (
                "color of one object",
                try classify(
                    embeddings, colors.map { c in shapes.map { "a picture of a \(c) \($0)" } },
                    right: singles.map { colors.firstIndex(of: $0.objects[0].color) ?? 0 })
            ))
        results.append(
            (
                "shape of one object",
                try classify(
                    embeddings, shapes.map { s in colors.map { "a picture of a \($0) \(s)" } },
                    right: singles.map { shapes.firstIndex(of: $0.objects[0].shape) ?? 0 })
            ))
        results.append(("caption against the one with colors swapped", try binding()))
        results.append(("how many objects", try counting()))
        results.append(("which relation", try relation()))
        return results
    }

    /// The first scenes of the split that fit.
    private func some(_ count: Int, where fits: (Scene) throws -> Bool) rethrows -> [Scene] {
        var (scenes, index) = ([Scene](), 0)
        while scenes.count < count {
            let scene = world.scene(index, of: split)
            if try fits(scene) { scenes.append(scene) }
            index += 1
        }
        return scenes
    }

    /// What one who sees all and takes captions at their word would reach: of several that fit, one is drawn; of captions
    /// those that say most.
    private func ceiling(_ scenes: [Scene], _ captions: [SceneCaption]) -> (texts: Double, images: Double) {
        var (texts, images) = (0.0, 0.0)
        for (own, caption) in captions.enumerated() {
            images += 1 / Double(scenes.count { caption.fits($0) })
            let most = captions.filter { $0.fits(scenes[own]) }.map(\.claimCount).max() ?? 0
            if caption.claimCount == most {
                texts += 1 / Double(captions.count { $0.claimCount == most && $0.fits(scenes[own]) })
            }
        }
        return (texts / Double(scenes.count), images / Double(scenes.count))
    }

    /// How often the class whose sentences' mean is nearest is the right one.
    private func classify(_ images: Matrix<Float>, _ classes: [[String]], right: [Int]) throws -> Double {
        let means = try classes.map { sentences -> [Float] in
            let vectors = try model.textEmbeddings(of: sentences)
            return (0..<vectors.columns).map { column in
                (0..<vectors.rows).reduce(0) { $0 + vectors[$1, column] } / Float(vectors.rows)
            }
        }
        let similarity = try images.cosineSimilarity(
            to: Matrix(rows: means.count, columns: images.columns, elements: means.flatMap { $0 }))
        return share(right.indices) { image in
            let best = means.indices.max { similarity[image, $0] < similarity[image, $1] }
            return best == right[image]
        }
    }

    private func share(_ items: Range<Int>, _ isRight: (Int) -> Bool) -> Double {
        Double(items.count { isRight($0) }) / Double(items.count)
    }

    /// How often an image is nearer to its caption than to the same one with the colors of its two objects swapped.
    private func binding() throws -> Double {
        func swapped(_ scene: Scene) throws -> Scene {
            var objects = scene.objects
            (objects[0].color, objects[1].color) = (objects[1].color, objects[0].color)
            return try Scene(objects: objects, background: scene.background, drawing: scene.drawing)
        }
        let scenes = try some(400) { scene in
            // Of two objects of one shape the caption would have to be told apart by their relation.
            guard scene.objects.count == 2, scene.objects[0].color != scene.objects[1].color,
                scene.objects[0].shape != scene.objects[1].shape
            else { return false }
            // A caption that names no shape may fit both.
            return try !scene.caption().fits(swapped(scene))
        }
        let images = try model.imageEmbeddings(of: scenes.map { try $0.image() })
        let right = try model.textEmbeddings(of: scenes.map { $0.caption().text })
        let wrong = try model.textEmbeddings(of: scenes.map { try swapped($0).caption().text })
        func product(_ other: Matrix<Float>, _ row: Int) -> Float {
            (0..<images.columns).reduce(0) { $0 + images[row, $1] * other[row, $1] }
        }
        return share(scenes.indices) { product(right, $0) > product(wrong, $0) }
    }

    /// How often the number of objects is that of the nearest mean of captions.
    private func counting() throws -> Double {
        let scenes = world.scenes(500, of: split)
        let examples = (1...3).map { count in
            (0..<2000).map { world.scene($0) }.filter { $0.objects.count == count }.prefix(200).map {
                $0.caption().text
            }
        }
        return try classify(
            model.imageEmbeddings(of: scenes.map { try $0.image() }), examples,
            right: scenes.map { $0.objects.count - 1 })
    }

    /// How often the one true relation of two objects is the nearest of four.
    private func relation() throws -> Double {
        let relations = Scene.Relation.allCases
        func fitting(_ scene: Scene) -> [Scene.Relation] {
            relations.filter { Scene.holds($0, scene.objects[0], scene.objects[1]) }
        }
        let words = ["left of", "right of", "above", "below"]
        let scenes = some(400) { scene in
            scene.objects.count == 2 && scene.objects[0].color != scene.objects[1].color
                && fitting(scene).count == 1
        }
        let images = try model.imageEmbeddings(of: scenes.map { try $0.image() })
        // The first object is above or left of the second in all of them: half are asked the other way round.
        let sentences = scenes.enumerated().flatMap { number, scene in
            let (a, b) = number % 2 == 0 ? (0, 1) : (1, 0)
            let (first, second) = (scene.objects[a], scene.objects[b])
            return words.map { "a \(first.color) \(first.shape) \($0) a \(second.color) \(second.shape)" }
        }
        let texts = try model.textEmbeddings(of: sentences)
        return share(scenes.indices) { number in
            let scores = (0..<4).map { choice in
                (0..<images.columns).reduce(Float(0)) {
                    $0 + images[number, $1] * texts[4 * number + choice, $1]
                }
            }
            let best = relations[scores.indices.max { scores[$0] < scores[$1] } ?? 0]
            let (a, b) = number % 2 == 0 ? (0, 1) : (1, 0)
            return Scene.holds(best, scenes[number].objects[a], scenes[number].objects[b])
        }
    }
}
