import Display
import Figures
import Formats
import Foundation
import Testing

@Suite struct SurfaceMapTests {
    /// The middle of a sphere that faces the viewer has the color of its value, as bright as its normal says.
    @Test func aValueHasItsColor() throws {
        let (surface, left, right) = try spheres()
        let map = try SurfaceMap(
            left: left, right: right, on: surface, views: [.lateral],
            style: ChartStyle(colorMap: .blueRed, domain: -1...1))
        let text = try svg(map)
        let pictures = text.matches(of: #/<image [^>]*base64,([^"]*)"/#)
        #expect(pictures.count == 2)
        let bright = Double(Light.brightness([0, 0, 1]))
        for (picture, color) in zip(pictures, [ColorMap.blueRed.color(at: 0), ColorMap.blueRed.color(at: 1)])
        {
            let png = try #require(Data(base64Encoded: String(picture.1)))
            let image = try RGBImage.decode(png)
            let place = 3 * (image.height / 2 * image.width + image.width / 2)
            for (component, wanted) in zip(
                image.pixels[place..<place + 3], [color.red, color.green, color.blue])
            {
                #expect(abs(Double(component) - wanted * bright * 255) < 3)
            }
        }
    }

    @Test func wordsStayWordsAndTheMeshIsAPicture() throws {
        let (surface, left, right) = try spheres()
        let map = try SurfaceMap(
            left: left, right: right, on: surface, title: "Where", valueTitle: "Pearson r", threshold: 0.5,
            style: .diverging)
        let text = try svg(map, width: 17)
        for word in ["Where", "left lateral", "right medial", "Pearson r"] {
            #expect(text.contains(">\(word)</text>"))
        }
        #expect(text.contains("\u{B1}0.500"))
        #expect(map.altText.contains("spheres, pial, left and right hemispheres"))
        #expect(map.altText.contains("from -1 to 1"))
        #expect(map.description.contains("above 0.500"))
        let pdf = try map.data(.pdf, width: 17, dpi: 150, font: nil)
        #expect(pdf.range(of: Data("/Subtype /Image".utf8)) != nil)
        #expect(try pngSize(map.data(.png, width: 17, dpi: 300, font: nil)).width == 2008)
    }

    /// Without a color map a contrast keeps both of its signs, as in the pictures of voxels; scores that hardly go below zero
    /// keep the colors from low to high.
    @Test func aContrastKeepsBothSigns() throws {
        let (surface, left, right) = try spheres()
        func drawn(_ factor: Double, _ style: ChartStyle = .standard) throws -> SurfaceMap {
            try SurfaceMap(
                left: left.map { $0 < 0 ? factor * $0 : $0 }, right: right.map { $0 < 0 ? factor * $0 : $0 },
                on: surface, threshold: 0.4, style: style)
        }
        let plain = try drawn(1)
        #expect(try svg(plain) == svg(drawn(1, .diverging)))
        #expect(plain.description.contains("\u{B1}0.400"))
        let scores = try drawn(0.1)
        #expect(try svg(scores) == svg(drawn(0.1, ChartStyle(colorMap: .plasma))))
        #expect(!scores.description.contains("\u{B1}"))
    }

    /// What is seen where no script runs has few colors, of which words, with few pixels, once were left none.
    @Test func wordsBesideTheLiveViewAreNotColored() throws {
        let (surface, _, _) = try spheres()
        let wave = try surface.mesh(.left, .pial).vertices.map {
            sin(Double($0.y) * 3) * cos(Double($0.z) * 2)
        }
        let map = try SurfaceMap(
            left: wave, right: wave, on: surface, title: "Where", valueTitle: "Pearson r")
        let found = try #require(map.html.firstMatch(of: #/data:image\/png;base64,([^"]*)"/#))
        let image = try RGBImage.decode(try #require(Data(base64Encoded: String(found.1))))
        for ink in [0x22, 0x66] {
            let count = stride(from: 0, to: image.pixels.count, by: 3).count { place in
                image.pixels[place..<place + 3].allSatisfy { abs(Int($0) - ink) <= 2 }
            }
            #expect(count > 4, "pixels of \(ink)")
        }
    }

    @Test("a saved picture has a palette, and each color is near the one that it stands for")
    func aSavedPictureIsSmallAndTrue() throws {
        let (surface, left, right) = try spheres()
        let map = try SurfaceMap(
            left: left, right: right, on: surface, views: [.lateral],
            style: ChartStyle(colorMap: .blueRed, domain: -1...1))
        let png = try map.data(.png, width: 17, dpi: 300, font: nil)
        // The type of color: by a palette.
        #expect(png[25] == 3)
        let small = try RGBImage.decode(png)
        // SVG holds the meshes in all colors, as many pixels for each unit.
        let text = try svg(map, width: 17)
        let whole = try text.matches(of: #/<image [^>]*base64,([^"]*)"/#).map {
            try RGBImage.decode(try #require(Data(base64Encoded: String($0.1))))
        }
        // The middle row of each sphere, found by its height: colors run from the same to the same.
        let image = try #require(whole.first)
        let middle = 3 * (image.height / 2 * image.width + image.width / 2)
        let wanted = image.pixels[middle..<middle + 3].map(Double.init)
        let found = (0..<small.width * small.height).contains { place in
            zip(small.pixels[3 * place..<3 * place + 3], wanted).allSatisfy { abs(Double($0) - $1) <= 6 }
        }
        #expect(found)
        // The page stays white.
        #expect(small.pixels.prefix(3).elementsEqual([255, 255, 255]))
    }

    @Test("the square of two small values tells how small they are")
    func smallPairsHaveTheirNumbers() throws {
        let (surface, left, right) = try spheres()
        func text(_ high: Double) throws -> String {
            let layer = SurfaceMap.Layer(left: left.map { _ in high }, right: right.map { _ in 0 })
            return try svg(SurfaceMap(comparing: layer, with: layer, on: surface))
        }
        #expect(try text(5e-8).contains(">5.0e-8</text>") && !text(5e-8).contains(">0.000000</text>"))
        #expect(try text(0.5).contains(">0.50</text>"))
    }

    @Test func everyViewAndOneHemisphereAreDrawn() throws {
        let (whole, left, _) = try spheres()
        let surface = try CorticalSurface(name: "half", left: whole.left, right: nil)
        let views: [SurfaceView] = [
            .lateral, .medial, .dorsal, .ventral, .anterior, .posterior,
            try .from(elevation: 20, azimuth: 200),
        ]
        var map = try SurfaceMap(left: left, on: surface, views: views)
        let count = try svg(map).components(separatedBy: "<image ").count - 1
        #expect(count == 7)
        map.isOneRow = true
        #expect(try svg(map).components(separatedBy: "<image ").count == 8)
        #expect(try map.html.contains("gyrus-surface"))
        #expect(throws: FigureError.self) { try SurfaceView.from(elevation: 91, azimuth: 0) }
        let far = try SurfaceView.from(elevation: 10, azimuth: 1e300)
        #expect(far.name == "elevation 10°, azimuth 1.00e+300°")
        #expect(try SurfaceView.from(elevation: 22.5, azimuth: -0.4).name == "elevation 23°, azimuth 0°")
        #expect(throws: FigureError.self) { try SurfaceView.from(elevation: 0, azimuth: .infinity) }
    }

    @Test("a picture holds all corners of a mesh's faces, not the first of each alone")
    func everyCornerIsInThePicture() throws {
        let mesh = try SurfaceMesh(
            vertices: [[0, 0, 0], [0, 10, 10], [0, -50, 50], [0, 60, -30]], faces: [[0, 2, 3], [1, 3, 2]])
        let surface = try CorticalSurface(name: "two faces", left: mesh, right: nil)
        let text = try svg(SurfaceMap(left: [1, 2, 3, 4], on: surface, views: [.lateral]))
        let size = try #require(text.firstMatch(of: #/<image [^>]*width="([0-9.]+)" height="([0-9.]+)"/#))
        let width = try #require(Double(size.1))
        let height = try #require(Double(size.2))
        #expect(abs(height / width - 80.0 / 110) < 0.03)
    }

    /// The logarithm of a p value of zero, or a score over a deviation of zero: the vertex has no value, as in the picture.
    @Test func infiniteValuesAreNone() throws {
        let (surface, left, right) = try spheres()
        func html(_ value: Double) throws -> String {
            var values = left
            values[3] = value
            return try SurfaceMap(
                left: values, right: right, on: surface, title: nil
            ).html
        }
        #expect(try html(.infinity) == html(.nan))
        #expect(try html(-.infinity) == html(.nan))
    }

    /// A strip a ten-thousandth of a millimeter wide would be a picture of billions of rows.
    @Test func aStripIsToldAndNotDrawn() throws {
        let mesh = try SurfaceMesh(
            vertices: [[0, 0, 0], [0, 1e-4, 0], [0, 0, 1000], [0, 1e-4, 1000]],
            faces: [[0, 1, 2], [1, 3, 2]])
        let surface = try CorticalSurface(name: "strip", left: mesh, right: nil)
        let map = try SurfaceMap(left: [1, 2, 3, 4], on: surface, views: [.lateral])
        #expect(map.mimeBundle.plainText?.contains("No picture: the size of a picture is") == true)
        #expect(map.vegaLite.contains("too large to be drawn"))
        #expect(throws: FigureError.self) { try map.png(scale: 1) }
    }

    /// A page asks for courses by the key of its map, which another map must not have.
    @Test func mapsOfFewResponsesHaveKeysOfTheirOwn() throws {
        let (surface, left, right) = try spheres()
        let map = try SurfaceMap(left: left, right: right, on: surface)
        func html(_ course: [Double]) throws -> String {
            try map.telling(VertexCourses("measured", count: 2) { $0 == .left && $1 == 5 ? course : [] }).html
        }
        #expect(try html([1, 2]) == html([1, 2]))
        #expect(try html([1, 2]) != html([3, 4]))
    }

    @Test func whatDoesNotFitIsRefused() throws {
        let (surface, left, right) = try spheres()
        let cases: [(String, () throws -> Void)] = [
            ("for the right hemisphere of spheres", { _ = try SurfaceMap(left: left, on: surface) }),
            ("for the left hemisphere", { _ = try SurfaceMap(left: [1], right: right, on: surface) }),
            (
                "shape is inflated",
                { _ = try SurfaceMap(left: left, right: right, on: surface, shape: .inflated) }
            ),
            ("threshold", { _ = try SurfaceMap(left: left, right: right, on: surface, threshold: -1) }),
            ("threshold", { _ = try SurfaceMap(left: left, right: right, on: surface, threshold: .nan) }),
            ("views", { _ = try SurfaceMap(left: left, right: right, on: surface, views: []) }),
            ("layers", { _ = try SurfaceMap(layers: [], on: surface) }),
            ("vertices of spheres", { _ = try SurfaceMap.Layer("", left, on: surface) }),
            ("hemispheres", { _ = try CorticalSurface(name: "none", left: nil, right: nil) }),
            (
                "regions of the left",
                {
                    _ = try SurfaceMap(left: left, right: right, on: surface).outlining(
                        SurfaceRegions(left: ["V1"], right: []))
                }
            ),
            (
                "region is V9",
                { _ = try SurfaceMap(left: left, right: right, on: surface).telling("q", ["V9": 0.1]) }
            ),
        ]
        for (words, body) in cases {
            let error = #expect(throws: FigureError.self, Comment(rawValue: words), performing: body)
            #expect(error?.description.contains(words) == true, "\(error?.description ?? "none")")
        }
    }

    @Test func aMapWithoutValuesSaysSo() throws {
        let (surface, left, right) = try spheres()
        let none = left.map { _ in Double.nan }
        let map = try SurfaceMap(left: none, right: right.map { _ in .infinity }, on: surface)
        #expect(map.description.contains("No vertex has a finite value"))
        #expect(map.mimeBundle.contents["text/html"] == nil)
        _ = try map.png(scale: 1)
    }

    /// Names of regions are data: they cannot end the script that carries them.
    @Test func hostileNamesStayText() throws {
        let (surface, left, right) = try spheres()
        let name = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\u{2028}&\"'"
        let regions = SurfaceRegions(left: left.map { _ in name }, right: right.map { _ in "" })
        let map = try SurfaceMap(
            layers: [.init(name, left: left, right: right)], on: surface, title: name, note: name,
            valueTitle: name
        ).outlining(regions).telling(name, [name: 1])
        let html = try map.html
        #expect(!html.contains("<script>alert") && !html.contains("<img src=x"))
        #expect(html.components(separatedBy: "</script>").count == 3, "the data and the program")
        #expect(html.contains("\\u003c/script\\u003e"))
    }

    /// The mean of each region, of the vertices that have a value.
    @Test func regionsAreSummedUp() throws {
        let (surface, left, right) = try spheres()
        var some = left
        some[0] = .nan
        some[1] = 5
        let labels = left.indices.map { $0 < 3 ? "pole" : "" }
        let map = try SurfaceMap(left: some, right: right, on: surface, valueTitle: "r").outlining(
            SurfaceRegions(left: labels, right: right.map { _ in "rest" }))
        #expect(map.description.contains("pole") && map.description.contains("2.000"))
        #expect(map.regions?.names == ["pole", "rest"])
        #expect(
            SurfaceRegions(left: [0, 3, -1], right: [7], names: [3: "V1", 0: "?"]).left == ["?", "V1", ""])
    }

    @Test("the live view holds what is told of a value, whatever the others are")
    func stepsAreAsFineAsWhatIsTold() {
        let some = (0..<500).map { Double($0) * 0.001003 - 0.1 }
        for outliers in [[], [100], [-2e5, 3e9], [8e307, -8e307], [0.4]] as [[Double]] {
            let values = some + outliers
            let steps = ValueSteps(values)
            for value in some {
                let held = steps.value(of: steps.number(of: value))
                #expect(String(format: "%.3f", held + 0.0) == String(format: "%.3f", value), "\(value)")
            }
            for value in outliers {
                #expect(abs(steps.value(of: steps.number(of: value)) - value) <= abs(value) * 0.005)
            }
            #expect(steps.value(of: steps.number(of: 0)) == 0)
        }
        // Scores take no more steps than before, and numbers that lie close together no fewer.
        #expect(ValueSteps([-0.2, 0, 0.8]).number(of: 0.8) == 1000)
        #expect((500...1500).contains(ValueSteps([1000, 1000.2]).number(of: 1000.2)))
        #expect((500...1500).contains(ValueSteps([0, 1e-20]).number(of: 1e-20)))
        for only in [0, -10, 0.3, 1e6, -8e307] {
            let steps = ValueSteps([only])
            #expect(steps.number(of: only) == 0 && abs(steps.value(of: 0) - only) <= abs(only) * 1e-6)
        }
    }

    /// The same figure is the same text, and holds nothing from the network.
    @Test func theLiveViewIsSelfContained() throws {
        let (surface, left, right) = try spheres()
        let map = try SurfaceMap(left: left, right: right, on: surface)
        let html = try map.html
        #expect(try map.html == html)
        #expect(!html.contains("http://") && !html.contains("https://") && !html.contains(" id=\""))
        #expect(html.contains("data:image/png;base64,"))
    }

    /// Both hemispheres of fsaverage5 with a map, at print size and as a live view.
    @Test(.enabled(if: RealSurfaces.exist, "needs ../shared/data/real-files/nilearn"))
    func fsaverage5TakesFewBytes() throws {
        let surface = try CorticalSurface.open(
            left: [
                .pial: RealSurfaces.file("pial.left"), .inflated: RealSurfaces.file("pial_inflated.left"),
            ],
            right: [
                .pial: RealSurfaces.file("pial.right"), .inflated: RealSurfaces.file("pial_inflated.right"),
            ],
            sulci: (RealSurfaces.file("sulc_left"), RealSurfaces.file("curv_right")), name: "fsaverage5")
        func wave(_ side: Hemisphere) throws -> [Double] {
            try surface.mesh(side, .pial).vertices.map { sin(Double($0.y) / 18) * cos(Double($0.z) / 22) }
        }
        let map = try SurfaceMap(
            left: wave(.left), right: wave(.right), on: surface, threshold: 0.2, style: .diverging)
        #expect(try map.html.utf8.count < 300_000)
        #expect(try pngSize(map.data(.png, width: 17, dpi: 300, font: nil)).width == 2008)
    }
}
