import Formats
import Foundation

/// Images that are made one at a time when they are needed: files, frames of a film, images in memory.
public protocol ImageSource: Sendable {
    /// How many there are.
    var count: Int { get }
    /// What is counted (`images`, `frames`).
    var unit: String { get }
    /// The image of that number; called from several threads.
    func image(_ index: Int) throws -> RGBImage
}

extension ImageSource {
    public var unit: String { "images" }
}

/// Images that are there already.
public struct ImagesInMemory: ImageSource {
    private let images: [RGBImage]

    public init(_ images: [RGBImage]) { self.images = images }
    public var count: Int { images.count }
    public func image(_ index: Int) -> RGBImage { images[index] }
}
