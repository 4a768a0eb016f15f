import Formats
import Foundation
import FoundationModels
import Tensors
import Testing

@Suite("Images become what torchvision makes of them")
struct ImageTransformTests {
    private let reference: Safetensors
    private let photo: RGBImage

    init() throws {
        reference = try Safetensors.open(Fixtures.folder.appending(path: "vision/transforms.safetensors"))
        let pixels: Tensor<Float> = try reference.tensor("photo")
        photo = try RGBImage(
            width: pixels.shape[1], height: pixels.shape[0], pixels: pixels.elements.map { UInt8($0) })
    }

    @Test(
        "resizing, cropping and normalizing",
        arguments: ["shorterSide 30 bicubic clip", "stretched bilinear timm"])
    func transforms(_ name: String) throws {
        let isCLIP = name.hasSuffix("clip")
        let transform = ImageTransform(
            fit: isCLIP ? .shorterSide(30) : .stretched, interpolation: isCLIP ? .bicubic : .bilinear,
            normalization: isCLIP ? .clip : .timm)
        let found = try transform.planes(of: transform.apply(photo, size: ImageSize(24)))
        let expected: Tensor<Float> = try reference.tensor(name)
        #expect(found.shape == expected.shape)
        // The same bytes and the same arithmetic: equal.
        #expect(found.elements == expected.elements)
    }

    @Test("an image of another size needs a way of fitting")
    func unfitted() throws {
        let transform = ImageTransform(normalization: .timm)
        #expect(throws: FoundationModelError.self) { try transform.apply(photo, size: ImageSize(24)) }
        // A line of pixels would become gigabytes.
        let line = try RGBImage(width: 1, height: 60_000, pixels: Array(repeating: 3, count: 180_000))
        let shorter = ImageTransform(fit: .shorterSide(384), normalization: .timm)
        let error = #expect(throws: ImageError.self) { try shorter.apply(line, size: ImageSize(384)) }
        #expect(error?.description.contains("1 x 60000 pixels") == true)
        let size = ImageSize(height: photo.height, width: photo.width)
        #expect(try transform.apply(photo, size: size) == photo)
    }

    @Test("the paper's random crops are drawn again for each image and the same for a seed")
    func randomCrops() throws {
        let transform = ImageTransform.paperAsPublished(seed: 3)
        let size = ImageSize(24)
        let crops = try (0..<20).map { try transform.apply(photo, size: size, index: $0) }
        #expect(try crops[7] == transform.apply(photo, size: size, index: 7))
        #expect(Set(crops.map(\.pixels)).count == 20)
        #expect(crops.allSatisfy { $0.width == 24 && $0.height == 24 })
        let narrow = try RGBImage(width: 200, height: 2, pixels: Array(repeating: 9, count: 1200))
        #expect(try transform.apply(narrow, size: size).pixels.allSatisfy { $0 == 9 })
    }

    @Test(
        "BriVL's published resizing of tensors, without antialiasing",
        arguments: [(24, 24), (17, 31), (52, 66), (45, 65), (1, 2)])
    func sampled(_ height: Int, _ width: Int) throws {
        let size = ImageSize(height: height, width: width)
        let published = ImageTransform.briVLAsPublished
        let file = Fixtures.folder.appending(path: "vision/published.safetensors")
        let expected: Tensor<Float> = try Safetensors.open(file).tensor("\(height) \(width)")
        let found = try published.batch(of: ImagesInMemory([photo]), 0..<1, size: size)
        #expect(found.shape == [1] + expected.shape)
        // The same arithmetic in float32; numbers are below 3.
        let largest = zip(found.elements, expected.elements).map { abs($0 - $1) }.max() ?? .infinity
        #expect(largest < 1e-6)
        // What is shown of it is rounded to 8 bits.
        let shown = try published.apply(photo, size: size)
        let seen = published.planes(of: shown)
        let step: Float = 0.5 / 255 / 0.224 + 1e-5
        #expect(zip(seen.elements, expected.elements).allSatisfy { abs($0 - $1) < step })
    }

    @Test("the paper's crops have the distribution of torchvision's", arguments: [(512, 512), (100, 40)])
    func cropDistribution(_ width: Int, _ height: Int) throws {
        let file = Fixtures.folder.appending(path: "vision/published.safetensors")
        let expected: Tensor<Float> = try Safetensors.open(file).tensor("boxes \(width) \(height)")
        let count = 20_000
        let boxes = (0..<count).map {
            RandomCrop(seed: 1, index: $0, leastArea: 0.2).box(width: width, height: height)
        }
        let sides: [KeyPath<PixelBox, Int>] = [\.left, \.top, \.width, \.height]
        for (column, side) in sides.enumerated() {
            let mean = boxes.reduce(0.0) { $0 + Double($1[keyPath: side]) } / Double(count)
            // Five standard errors of the difference of two means of 20,000.
            let error = Double(expected[1, column]) * (2 / Double(count)).squareRoot()
            #expect(abs(mean - Double(expected[0, column])) < 5 * error)
        }
        let least = boxes.map { Double($0.width * $0.height) }.min() ?? 0
        // Both sides are rounded to whole pixels.
        #expect(least > 0.2 * Double(width * height) - Double(width + height))
    }

    @Test("a transform says in a line what it does")
    func description() {
        #expect(
            "\(ImageTransform(fit: .shorterSide(256), normalization: .timm))"
                == "shorter side 256, bicubic, centre crop; mean 0.5; deviation 0.5")
        #expect(
            "\(ImageTransform.paperAsPublished(seed: 3))"
                == """
                random crop of 0.2 to 1.0 of the area, seed 3, bilinear; mean 0.48145467 0.4578275 0.40821072; \
                deviation 0.26862955 0.2613026 0.2757771
                """)
        #expect("\(ImageTransform(normalization: .imageNet))".hasPrefix("mean 0.485 0.456 0.406; "))
    }

    @Test("films in HDF5 and files on disk are sources of images")
    func sources() throws {
        try withTemporaryFolder { folder in
            let tower = try FoundationModel.load(Fixtures.folder.appending(path: "vision/timm")).image
            var files: [URL] = []
            for number in 0..<3 {
                let url = folder.appending(path: "\(number).png")
                try photo.changed(number).png.write(to: url)
                files.append(url)
            }
            let images = try files.map { try RGBImage.open($0) }
            let fromFiles = try tower.features(of: files, layers: "block 0", showsProgress: false)
            let fromImages = try tower.features(of: images, layers: "block 0", showsProgress: false)
            #expect(fromFiles[0].matrix == fromImages[0].matrix)
            files.append(folder.appending(path: "none.png"))
            #expect(throws: FormatError.self) { try tower.features(of: files, showsProgress: false) }
        }
    }
}

extension RGBImage {
    /// The image with one pixel changed.
    fileprivate func changed(_ number: Int) throws -> RGBImage {
        var pixels = pixels
        pixels[number] = 255 - pixels[number]
        return try RGBImage(width: width, height: height, pixels: pixels)
    }
}
