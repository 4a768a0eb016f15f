import Brain
import Figures
import Formats
import Foundation
import Tables
import Testing

@Suite struct BrainPictureTests {
    /// A grid of 2 mm, mirrored along x and turned so that its second axis is up, with a ball of voxels.
    private func ball() throws -> (space: VoxelSpace, values: [Double]) {
        let shape = [30, 28, 32]
        let affine: [[Double]] = [[-2, 0, 0, 30], [0, 0, 2, -40], [0, 2, 0, -20]]
        var indices: [Int] = []
        for x in 0..<shape[0] {
            for y in 0..<shape[1] {
                for z in 0..<shape[2] {
                    let offset = [x - 15, y - 14, z - 16].map { Double($0 * $0) }.reduce(0, +)
                    if offset < 110 { indices.append((x * shape[1] + y) * shape[2] + z) }
                }
            }
        }
        let space = try VoxelSpace(shape: shape, indices: indices, affine: affine)
        // One strong voxel, to the right, in front and below.
        let values = indices.map { index -> Double in
            let (x, y, z) = (index / (28 * 32), index / 32 % 28, index % 32)
            return x == 12 && y == 10 && z == 20 ? 1 : 0.1
        }
        return (space, values)
    }

    @Test func everyVoxelHasARowWithItsPlace() throws {
        let (space, values) = try ball()
        let figure = try space.glassBrain(values, scoreName: "r", threshold: 0.5)
        let table = figure.data
        #expect(table.rowCount == space.count)
        #expect(table.columnNames == ["voxel", "x", "y", "z", "r"])
        let strong = try #require(values.firstIndex(of: 1))
        #expect(try table["x", as: Double.self][strong] == 6)
        #expect(try table["y", as: Double.self][strong] == 0)
        #expect(try table["z", as: Double.self][strong] == 0)
        #expect(figure.description.contains("Peaks"))
        #expect(figure.altText.contains("Peak 1 at 6, 0, 0 mm"))
        #expect(table.json.hasPrefix("[{\"voxel\": 0"))
        #expect(table.csv.hasPrefix("voxel,x,y,z,r\n"))
    }

    @Test func slicesLieWhereTheyAreCut() throws {
        let (space, values) = try ball()
        let figure = try space.mosaic(values, cuts: [.axial: [0], .sagittal: [6, -10]], threshold: 0.5)
        for word in ["z = 0 mm", "x = 6 mm", "x = -10 mm"] { #expect(figure.vegaLite.contains(word)) }
        #expect(throws: BrainError.self) { try space.mosaic(values, cuts: [.axial: [200]]) }
        #expect(throws: BrainError.self) { try space.mosaic(values, sides: []) }
        // A side without cuts of its own has its usual ones.
        let both = try space.mosaic(values, sides: [.axial, .coronal], count: 2, cuts: [.axial: [0]])
        let words = both.vegaLite
        #expect(words.contains("z = 0 mm") && words.contains("y = ") && !words.contains("x = "))
        let error = #expect(throws: BrainError.self) {
            try space.mosaic(values, sides: [.axial], cuts: [.coronal: [0]])
        }
        #expect(error?.description == "a side with cuts is .coronal, but must be one of the sides: .axial")
        #expect(throws: BrainError.self) { try space.mosaic(values, cuts: [.axial: [0], .coronal: []]) }
        #expect(throws: BrainError.self) { try space.mosaic(values, count: 0) }
        #expect(throws: BrainError.self) { try space.mosaic([1]) }
        #expect(throws: BrainError.self) { try space.mosaic(values, anatomy: [1]) }
        #expect(throws: BrainError.self) { try space.mosaic(values, fades: true) }
        #expect(throws: BrainError.self) { try space.glassBrain(values, threshold: .nan) }
        #expect(throws: BrainError.self) { try space.map(values, threshold: .nan) }
        #expect(throws: BrainError.self) { try space.glassBrain(values, sides: []) }
    }

    @Test("without a color map, maps of differences show both signs, as mosaics and glass brains do")
    func differencesShowBothSigns() throws {
        let (space, values) = try ball()
        let differences = values.map { $0 == 1 ? -1 : $0 }
        let map = try space.map(differences, threshold: 0.5)
        #expect(map.slices.flatMap(\.values).filter(\.isFinite) == [-1])
        #expect(map.style.colorMap?.isDiverging == true)
        let notes = [
            map.note ?? "", try space.mosaic(differences, threshold: 0.5).altText,
            try space.glassBrain(differences, threshold: 0.5).altText,
        ]
        for note in notes { #expect(note.contains("at least 0.500 above or below zero"), "\(note)") }
        // Scores hardly below zero are not signed, and a color map without a middle has no signs.
        #expect(try space.map(values.map { $0 == 1 ? 1 : -$0 }).style.colorMap == nil)
        let plain = try space.map(differences, threshold: 0.05, style: ChartStyle(colorMap: .plasma))
        #expect(!plain.slices.flatMap(\.values).contains(-1))
    }

    @Test func aSliceThatIsGivenTwiceIsDrawnOnce() throws {
        let (space, values) = try ball()
        let once = try space.map(values, slices: [15, 14])
        let twice = try space.map(values, slices: [15, 15, 14])
        #expect(once.slices.count == 2 && twice.altText == once.altText)
        #expect(twice.slices.map(\.title) == once.slices.map(\.title))
    }

    /// In one column of a journal seven slices are too narrow for their titles; rows of fewer are not.
    @Test(arguments: [5.0, 8.5, 17]) func titlesOfSlicesDoNotMeet(_ width: Double) throws {
        let (space, values) = try ball()
        let figures: [any Figure] = [
            try space.mosaic(values, scoreName: "r"), try space.map(values, scoreName: "r"),
            try space.mosaic(values, scoreName: "r", against: values, secondName: "s"),
        ]
        for figure in figures {
            let text = String(
                decoding: try figure.data(.svg, width: width, dpi: 300, font: nil), as: UTF8.self)
            let titles = text.matches(of: #/<text x="([0-9.]+)" y="([0-9.]+)"[^>]*>[xyz] = [^<]*</#)
            #expect(titles.count > 6)
            let places = try titles.map { (x: try #require(Double($0.1)), y: try #require(Double($0.2))) }
            for (one, next) in zip(places, places.dropFirst()) where one.y == next.y {
                // "z = 6 mm" is 44 wide.
                #expect(next.x - one.x > 44)
            }
            #expect(places.allSatisfy { $0.x > 22 })
        }
    }

    /// Seven slices that do not fit beside one another stand four and three, not five and two.
    @Test func rowsOfSlicesAreAboutEquallyLong() throws {
        let (space, values) = try ball()
        let figure = try space.mosaic(values, scoreName: "r", sides: [.axial])
        let text = String(decoding: try figure.data(.svg, width: 8.5, dpi: 300, font: nil), as: UTF8.self)
        let rows = text.matches(of: #/<text x="[0-9.]+" y="([0-9.]+)"[^>]*>z = [^<]*</#)
        let lengths = Dictionary(grouping: rows) { String($0.1) }.values.map(\.count)
        #expect(lengths.count > 1)
        #expect(lengths.reduce(0, +) == 7)
        #expect((lengths.max() ?? 0) - (lengths.min() ?? 0) <= 1)
    }

    @Test func aMapWhoseThresholdHidesAllSaysSo() throws {
        let (space, values) = try ball()
        let hidden = try space.map(values, scoreName: "r", threshold: 5)
        for text in [hidden.altText, hidden.description, hidden.vegaLite] {
            #expect(text.contains("No voxel with r of at least 5") && !text.contains("finite"))
        }
    }

    @Test func whatIsToldOfAVoxelHasTheDigitsThatAreShown() throws {
        let (space, values) = try ball()
        let figure = try space.mosaic(
            values.map { $0 == 1 ? 1234.567 : $0 }, cuts: [.axial: [0], .sagittal: [6, -10]], threshold: 0.5)
        #expect(figure.vegaLite.contains("1234.567"))
        // The place beside the one axial slice is empty.
        #expect(figure.altText.contains("3 views of"))
    }

    /// Upright cells as thin as these voxels would be more than any memory holds.
    @Test func aGridThatLeansIsTold() throws {
        for width in [1e-6, 1e-20] {
            let leaning = try VoxelSpace(
                shape: [100, 2, 2], indices: [0, 399],
                affine: [[1e6, 0, 0, 0], [1e4, width, 0, 0], [0, 0, 1, 0]])
            let error = #expect(throws: BrainError.self) { try leaning.glassBrain([1, 2]) }
            #expect(error?.description.contains("lean") == true)
        }
    }

    @Test func aFlatShapeFarHigherThanWideIsRefused() throws {
        let tall = try SurfaceMesh(vertices: [[0, 0, 0], [1e-3, 0, 0], [0, 1e15, 0]], faces: [[0, 1, 2]])
        let surface = try CorticalSurface(name: "tall", left: tall, right: nil, shape: .flat)
        let space = try VoxelSpace(surfaces: [SurfaceVertices(.left, tall)])
        let error = #expect(throws: BrainError.self) { try FlatMapper(surface, of: space) }
        #expect(error?.description.contains("far higher than wide") == true)
    }

    @Test func aThreadOfVoxelsIsToldAndNotDrawn() throws {
        let thread = try VoxelSpace(
            shape: [1, 1, 1000], indices: Array(0..<1000),
            affine: [[1e-6, 0, 0, 0], [0, 1e-6, 0, 0], [0, 0, 1000, 0]])
        let figure = try thread.mosaic((0..<1000).map(Double.init), sides: [.sagittal])
        #expect(figure.mimeBundle.plainText?.contains("No picture: the size of a picture is") == true)
        #expect(!figure.vegaLite.isEmpty)
    }

    @Test func anObliqueGridHasItsVoxelsWhereTheyAre() throws {
        let (space, values) = try ball()
        let (c, s) = (cos(0.3), sin(0.3))
        let turned = try VoxelSpace(
            shape: space.shape, indices: space.indices,
            affine: [[2 * c, -2 * s, 0, -30], [2 * s, 2 * c, 0, -20], [0, 0, 2, -30]])
        let figure = try turned.glassBrain(values, scoreName: "r", threshold: 0.5)
        #expect(figure.altText.contains("Peak 1 at"))
        let flat = try VoxelSpace(
            shape: [2, 2, 2], indices: [0], affine: [[1, 1, 0, 0], [1, 1, 0, 0], [0, 0, 1, 0]])
        #expect(throws: (any Error).self) { try flat.glassBrain([1]) }
    }

    @Test func placesFarAwayAreTold() throws {
        func space(x: Double, z: Double) throws -> VoxelSpace {
            try VoxelSpace(
                shape: [2, 2, 2], indices: Array(0..<8),
                affine: [[2, 0, 0, x], [0, 2, 0, 0], [0, 0, 2, z]])
        }
        let values = (0..<8).map { Double($0) / 8 }
        #expect(try space(x: 0, z: 1e8).map(values).vegaLite.contains("z = 100000000 mm"))
        let far = try space(x: 1e8, z: 0)
        #expect(try far.mosaic(values, sides: [.sagittal]).vegaLite.contains("x = 100000000 mm"))
        #expect(try !far.glassBrain(values).description.isEmpty)
        #expect(throws: BrainError.self) { try space(x: 1e20, z: 0) }
    }

    @Test(arguments: [0.5...0.5, 0...Double.infinity])
    func domainsWithoutAScaleOfTwoValues(domain: ClosedRange<Double>) throws {
        let (space, values) = try ball()
        let picture = try space.mosaic(
            values, against: values.map { 1 - $0 }, count: 2, style: ChartStyle(domain: domain))
        #expect(!picture.vegaLite.isEmpty)
        #expect(try picture.png(scale: 1).count > 1_000)
    }

    @Test func everyFormatIsWritten() throws {
        let (space, values) = try ball()
        let figures = [
            try space.glassBrain(values, fades: false), try space.mosaic(values, threshold: 0.5, fades: true),
            try space.mosaic(values, against: values.map { 1 - $0 }, count: 2),
        ]
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for figure in figures {
            for name in ["a.png", "a.pdf", "a.svg", "a.vl.json"] {
                let file = folder.appendingPathComponent(name)
                try figure.save(file.path)
                #expect(try Data(contentsOf: file).count > 1_000)
            }
            // The map is a picture, its words are words.
            let svg = try String(contentsOf: folder.appendingPathComponent("a.svg"), encoding: .utf8)
            #expect(svg.contains("<image ") && svg.contains(">score"))
        }
    }

    @Test func aMapWithoutValuesSaysSo() throws {
        let (space, values) = try ball()
        let figure = try space.glassBrain(values.map { _ in Double.nan })
        #expect(figure.description.contains("No finite values"))
        #expect(figure.data.rowCount == space.count)
        let hidden = try space.mosaic(values, threshold: 5)
        #expect(hidden.altText.contains("at least 5"))
        #expect(try figure.png(scale: 1).count > 100)
    }
}
