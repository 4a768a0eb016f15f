import Display
import Formats
import Foundation
import Testing

@Suite("Images are what Pillow decodes and resizes")
struct ImageTests {
    private let folder = fixture("images")
    private let pixels: Safetensors

    init() throws { pixels = try Safetensors.open(folder.appending(path: "pixels.safetensors")) }

    private func expected(_ name: String) throws -> RGBImage {
        let shape = try #require(pixels.entries[name]).shape
        return try RGBImage(
            width: shape[1], height: shape[0], pixels: pixels.integers(name).map { UInt8($0) })
    }

    /// The largest difference of two images of one size.
    private func difference(_ a: RGBImage, _ b: RGBImage) -> Int {
        guard a.width == b.width, a.height == b.height else { return 256 }
        return zip(a.pixels, b.pixels).map { abs(Int($0) - Int($1)) }.max() ?? 0
    }

    @Test("every kind of file")
    func files() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { !$0.hasSuffix("safetensors") }
        #expect(names.count == 35)
        for name in names {
            // The same decoders as Pillow's, so the same bytes.
            let found = try RGBImage.open(folder.appending(path: name))
            #expect(difference(found, try expected(name)) == 0, "\(name)")
        }
    }

    @Test("the orientation may be left alone")
    func unturned() throws {
        let image = try RGBImage.open(folder.appending(path: "orientation-6.png"), turned: false)
        #expect(difference(image, try expected("orientation-1.png")) == 0)
    }

    @Test("resizing, to the byte")
    func resizing() throws {
        let source = try expected("source")
        let names = pixels.names.filter { $0.hasPrefix("bi") }
        #expect(names.count == 24)
        for name in names {
            let wanted = try expected(name)
            let interpolation = try #require(Interpolation(rawValue: String(name.split(separator: " ")[0])))
            let found = try source.resized(width: wanted.width, height: wanted.height, interpolation)
            #expect(difference(found, wanted) == 0, "\(name)")
        }
    }

    @Test("a PNG file of an image is that image")
    func writing() throws {
        let image = try expected("rgb.png")
        #expect(try RGBImage.decode(image.png) == image)
        #expect(image.width == 53 && image.mimeBundle.plainText == "image of 53 x 37 pixels")
        #expect(image.mimeBundle.contents["image/png"] == .binary(image.png))
    }

    @Test("the middle is torchvision's")
    func centerCrop() throws {
        // Half pixels go to the even side: (7 - 4) / 2 = 1.5 is 2, (5 - 4) / 2 = 0.5 is 0.
        let image = try RGBImage(width: 7, height: 5, pixels: (0..<105).map { UInt8($0) })
        let crop = try image.centerCropped(width: 4, height: 4)
        #expect(crop.pixels[0] == 6)
        let framed = try image.centerCropped(width: 9, height: 5)
        #expect(framed.width == 9 && framed.pixels[0] == 0 && framed.pixels[4] == 1)
        #expect(throws: ImageError.self) { try image.centerCropped(width: 0, height: 4) }
        #expect(throws: ImageError.self) { try image.centerCropped(width: 150_000_000, height: 1) }
        #expect(throws: ImageError.self) {
            try image.cropped(to: PixelBox(left: 4, top: 0, width: 4, height: 1))
        }
        #expect(throws: ImageError.self) { try image.resized(width: 4, height: -1) }
        // As many rows of as many columns lie between the two steps.
        let high = try RGBImage(width: 1, height: 4, pixels: [UInt8](repeating: 9, count: 12))
        #expect(throws: ImageError.self) { try high.centerCropped(width: 150_000_000, height: 1) }
        #expect(throws: ImageError.self) { try RGBImage(width: 2, height: 2, pixels: [1, 2, 3]) }
    }

    @Test(
        "an image that is resized to more than memory holds is refused",
        .enabled(if: availableMemory() < 7 << 30))
    func hugeSize() throws {
        let image = try RGBImage(width: 1, height: 1, pixels: [1, 2, 3])
        let error = #expect(throws: ImageError.self) { try image.resized(width: 178_000_000, height: 1) }
        #expect(error?.description.contains("memory") == true)
    }

    @Test(
        "a file cut short is refused",
        arguments: ["rgb.jpg", "422-progressive.jpg", "rgb.png", "interlaced.png"])
    func truncated(_ name: String) throws {
        let data = try Data(contentsOf: folder.appending(path: name))
        for count in [data.count / 3, data.count * 2 / 3] {
            let error = #expect(throws: FormatError.self) {
                try RGBImage.decode(data.prefix(count), name: "/pictures/\(name)")
            }
            #expect(error?.description.contains("/pictures/\(name)") == true)
            #expect(error?.description.contains("short") == true, "\(String(describing: error))")
        }
    }

    @Test(
        "a damaged file is an error or an image",
        arguments: ["rgb.jpg", "cmyk.jpg", "rgb.png", "orientation-6.jpg"])
    func damaged(_ name: String) throws {
        try fuzz(folder.appending(path: name), changes: 400) { _ = try RGBImage.open($0) }
    }

    @Test("what is no image is refused")
    func otherFiles() {
        #expect(throws: FormatError.self) { try RGBImage.open(fixture("plain.npy")) }
        #expect(throws: FormatError.self) { try RGBImage.open(folder.appending(path: "none.png")) }
        #expect(throws: FormatError.self) { try RGBImage.decode(Data()) }
    }
}
