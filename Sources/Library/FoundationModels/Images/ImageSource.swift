import Formats
import Foundation

/// Images that are made one at a time when they are needed: files, frames of a film, images in memory.
public protocol ImageSource: Sendable {
    /// How many there are.
    var count: Int { get }
    /// What is counted (`images`, `frames`).
    var unit: String { get }
    /// The image of that number; called from several threads at once.
    func image(_ index: Int) throws -> RGBImage
    /// What the image of that number is called in a feature file: its number, or the name of its file.
    func name(_ index: Int) -> String
}

extension ImageSource {
    public var unit: String { "images" }
    public func name(_ index: Int) -> String { String(index) }
}

/// Images in memory.
public struct ImagesInMemory: ImageSource {
    private let images: [RGBImage]

    /// A source of the given images.
    ///
    /// - Parameter images: the images, in their order.
    public init(_ images: [RGBImage]) { self.images = images }
    public var count: Int { images.count }
    public func image(_ index: Int) -> RGBImage { images[index] }
}

/// JPEG and PNG files, decoded when they are needed.
///
/// A photograph is turned as its EXIF orientation says, as by transformers' `load_image`; torchvision and timm leave
/// that to whoever opens the file, and see it as it is stored where nobody does.
public struct ImageFiles: ImageSource {
    /// Where they are.
    public let files: [URL]
    /// Whether a photograph is turned as its EXIF orientation says.
    public let turned: Bool
    private let names: [String]

    /// The images of JPEG and PNG files, in the order of the list.
    ///
    /// - Parameters:
    ///   - files: the files, in the order of the rows.
    ///   - turned: whether a photograph is turned as its EXIF orientation says; false for what timm and torchvision see
    ///     of a file that Pillow opened.
    public init(_ files: [some FileLocation], turned: Bool = true) {
        let files = files.map(\.fileURL)
        self.files = files
        self.turned = turned
        names = Self.names(of: files)
    }
    public var count: Int { files.count }
    /// The file's name, with the folders that tell files of one name apart.
    public func name(_ index: Int) -> String { names[index] }
    public func image(_ index: Int) throws -> RGBImage { try RGBImage.open(files[index], turned: turned) }

    /// The last parts of the paths, as few as make them differ; a file that is there twice has its number after it.
    private static func names(of files: [URL]) -> [String] {
        let parts = files.map { $0.standardizedFileURL.pathComponents }
        let longest = parts.map(\.count).max() ?? 0
        for length in 1...max(longest, 1) {
            let names = parts.map { $0.suffix(length).joined(separator: "/") }
            if Set(names).count == names.count { return names }
        }
        return parts.enumerated().map { "\($1.last ?? "") #\($0)" }
    }
}

/// The frames of a film in an HDF5 dataset of frames x height x width x 3 `uint8`, read when they are needed.
public struct FilmFrames: ImageSource {
    private let dataset: HDF5Dataset
    private let frames: [Int]

    /// The frames of a dataset, or those of them that are wanted. Throws `FoundationModelError.input` for another shape.
    ///
    /// - Parameters:
    ///   - dataset: n x height x width x 3 bytes.
    ///   - frames: the indices of the frames, from zero; nil for all.
    public init(_ dataset: HDF5Dataset, frames: [Int]? = nil) throws {
        guard dataset.shape.count == 4, dataset.shape[3] == 3, dataset.type == .uint8 else {
            throw FoundationModelError.input(
                "frames should be a dataset of frames x height x width x 3 uint8; \(dataset.path) has the shape "
                    + "\(dataset.shape) and the type \(dataset.type?.rawValue ?? "none")")
        }
        self.frames = frames ?? Array(0..<dataset.shape[0])
        self.dataset = dataset
        if let wrong = self.frames.first(where: { !(0..<dataset.shape[0]).contains($0) }) {
            throw FoundationModelError.input(
                "there is no frame \(wrong) in \(dataset.path), which has \(dataset.shape[0])")
        }
    }

    public var count: Int { frames.count }
    public var unit: String { "frames" }
    /// The number of the frame in the film.
    public func name(_ index: Int) -> String { String(frames[index]) }

    public func image(_ index: Int) throws -> RGBImage {
        let shape = dataset.shape
        let pixels = try dataset.bytes(
            [frames[index]..<frames[index] + 1] + shape.dropFirst().map { 0..<$0 })
        return try RGBImage(width: shape[2], height: shape[1], pixels: pixels)
    }
}
