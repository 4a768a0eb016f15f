import Formats
import SmallWorld
import Testing

@Suite struct SmallWorldTests {
    private let world = SmallWorld(seed: 3)

    @Test func scenesDependOnTheSeedAlone() throws {
        #expect(world.scenes(20, of: .test) == SmallWorld(seed: 3).scenes(20, of: .test))
        #expect(world.scenes(20) != SmallWorld(seed: 4).scenes(20))
        let scene = world.scene(7)
        #expect(try scene.image() == world.scene(7).image())
        #expect(scene.caption(wording: 2) == world.scene(7).caption(wording: 2))
    }

    @Test func splitsShareNoScene() {
        func key(_ scene: Scene) -> [String] {
            scene.objects.map { "\($0.shape) \($0.color) \($0.row) \($0.column)" }
                + (scene.objects.count == 1 ? ["\(scene.objects[0].size) \(scene.objects[0].texture)"] : [])
        }
        let sets = SmallWorld.Split.allCases.map { split in
            Set(world.scenes(split == .train ? 20_000 : 2000, of: split).map(key))
        }
        #expect(sets[0].isDisjoint(with: sets[1]))
        #expect(sets[0].isDisjoint(with: sets[2]))
        #expect(sets[1].isDisjoint(with: sets[2]))
        for twin in (0..<300).flatMap({ world.twins(of: world.scene($0)) }) {
            #expect(SmallWorld.split(of: twin) == .train)
        }
    }

    @Test func cellsHoldOneObject() {
        for scene in world.scenes(3000) {
            #expect((1...3).contains(scene.objects.count))
            #expect(Set(scene.objects.map { 3 * $0.row + $0.column }).count == scene.objects.count)
        }
    }

    @Test func captionsAreTrueAndOfTheVocabulary() {
        var leads: Set<String> = []
        for number in 0..<3000 {
            let scene = world.scene(number)
            for wording in 0..<2 {
                let caption = scene.caption(wording: wording)
                #expect(caption.fits(scene), "\(caption.text)")
                let tokens = SmallWorld.tokenIDs(of: caption.text)
                #expect(!tokens.contains(1), "\(caption.text)")
                #expect(tokens.count <= SmallWorld.longestCaption && tokens.first == 2 && tokens.last == 3)
                leads.insert(String(caption.text.prefix(8)))
            }
        }
        #expect(leads.count > 100)
    }

    @Test func falseCaptionsDoNotFit() throws {
        var (fitting, all) = (0, 0)
        for number in 0..<200 {
            let caption = world.scene(number).caption()
            for other in 200..<300 {
                all += 1
                if caption.fits(world.scene(other)) { fitting += 1 }
            }
        }
        #expect(fitting < all / 100)
        // Colors swapped, places swapped, a shape changed.
        let object = SceneObject(shape: .star, color: .red, size: .large, texture: .plain, row: 0, column: 0)
        var second = object
        (second.shape, second.color, second.column) = (.moon, .blue, 2)
        let background = SceneBackground(color: .navy, gradient: .none, isNoisy: false)
        func scene(_ a: SceneObject, _ b: SceneObject) throws -> Scene {
            try Scene(objects: [a, b], background: background, drawing: 5)
        }
        let right = try scene(object, second)
        var (swapped, otherSecond) = (object, second)
        (swapped.color, otherSecond.color) = (.blue, .red)
        for wording in 0..<40 {
            let caption = right.caption(wording: wording)
            #expect(caption.fits(right))
            if !caption.text.contains("thing") && !caption.text.contains("object") {
                #expect(!caption.fits(try scene(swapped, otherSecond)), "\(caption.text)")
            }
        }
    }

    @Test func textsAreCutIntoWordsAsByAWrittenModel() {
        let plain = SmallWorld.tokenIDs(of: "two objects : a red star , a small ring")
        #expect(!plain.contains(1))
        #expect(SmallWorld.tokenIDs(of: "Two objects: a red star,\na Small  ring") == plain)
        #expect(SmallWorld.tokenIDs(of: "a red star.") == [2] + Array(plain[4...6]) + [1, 3])
        #expect(SmallWorld.tokenIDs(of: " ") == [2, 3])
    }

    @Test func impossibleScenesAreRefused() {
        let object = SceneObject(shape: .star, color: .red, size: .large, texture: .plain, row: 0, column: 0)
        var outside = object
        outside.row = 3
        for objects in [[], [object, object], [outside], Array(repeating: object, count: 4)] {
            #expect(throws: SceneError.self) {
                try Scene(objects: objects, background: SceneBackground(color: .navy))
            }
        }
        #expect(outside.description == "large plain red star (row 3, column 0)")
    }

    @Test func relationsHoldOfObjectsAnywhere() {
        var object = SceneObject(shape: .star, color: .red, size: .large, texture: .plain, row: 0, column: 0)
        let middle = object
        object.row = .min
        #expect(Scene.holds(.above, object, middle) && !Scene.holds(.below, object, middle))
        #expect(Scene.holds(.below, middle, object) && !Scene.holds(.left, object, middle))
        object.row = .max
        object.column = .min
        var other = object
        other.row = .min
        #expect(Scene.holds(.below, object, other) && !Scene.holds(.left, object, other))
    }

    @Test func synonymsAreThoseAskedFor() {
        for scene in world.scenes(300) {
            let first = scene.caption(synonyms: .first).text
            let last = scene.caption(synonyms: .last).text
            #expect(
                first.split(separator: " ").allSatisfy { !["crimson", "hoop", "huge", "azure"].contains($0) })
            #expect(last.split(separator: " ").allSatisfy { !["red", "ring", "large", "blue"].contains($0) })
        }
    }

    @Test func picturesShowTheirObjects() throws {
        let background = SceneBackground(color: .gray, gradient: .none, isNoisy: false)
        for color in SceneObject.Color.allCases {
            let object = SceneObject(
                shape: .circle, color: color, size: .large, texture: .plain, row: 1, column: 2)
            let image = try Scene(objects: [object], background: background, drawing: 1).image()
            let at = { (row: Int, column: Int) in
                (0..<3).map { Int(image.pixels[(row * 64 + column) * 3 + $0]) }
            }
            let (inside, outside) = (at(32, 52), at(10, 10))
            #expect(zip(inside, outside).contains { abs($0 - $1) > 60 }, "\(color)")
            #expect(outside.allSatisfy { (55...105).contains($0) })
        }
    }
}
