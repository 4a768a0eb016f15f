import Display
import Foundation
import Tensors

/// Classes that are described by texts, to which images are compared: classification without training.
///
/// A class is the mean of the embeddings of its name in several sentences, as in CLIP (Radford et al. 2021).
///
/// ```swift
/// let classifier = try model.zeroShotClassifier(of: ["cat", "dog"], templates: ["a photo of a {}.", "a drawing of a {}."])
/// let result = try classifier.classify(try model.imageEmbeddings(of: images))
/// result.labels                     // ["dog", "cat", …]
/// try result.accuracy(of: ["dog", "cat"])    // the share that is right
/// ```
public struct ZeroShotClassifier: Sendable {
    /// The names of the classes.
    public let classes: [String]
    /// The embedding of each class, of length 1: classes x width.
    public let embeddings: Matrix<Float>
    /// By what cosines are multiplied before they become probabilities (the inverse temperature of the training).
    public let scale: Float

    /// Classes with the embeddings of their sentences: for each template in turn, those of all classes.
    ///
    /// - Parameters:
    ///   - classes: the names of the classes.
    ///   - sentences: (classes times templates) x width.
    ///   - templates: how many sentences there are for each class.
    ///   - scale: what similarities are multiplied by before the softmax.
    ///
    /// Throws `FoundationModelError.input` if they are not classes times templates.
    public init(classes: [String], sentences: Matrix<Float>, templates: Int, scale: Float) throws {
        guard !classes.isEmpty, templates > 0, sentences.rows / templates == classes.count,
            sentences.rows % templates == 0
        else {
            throw FoundationModelError.input("a classifier needs a class and a template at least")
        }
        self.classes = classes
        self.scale = scale
        let sentences = sentences.normalizedRows()
        var sums = sentences.rows(0..<classes.count)
        for template in 1..<max(templates, 1) {
            let part = sentences.rows(template * classes.count..<(template + 1) * classes.count)
            sums = Matrix(
                rows: sums.rows, columns: sums.columns, elements: zip(sums.elements, part.elements).map(+))
        }
        embeddings = sums.normalizedRows()
    }

    /// The classes of images by their embeddings, images x width.
    ///
    /// Throws `FoundationModelError.input` if the width is another, or an embedding is not finite.
    public func classify(_ images: Matrix<Float>) throws -> ZeroShotResult {
        if let row = images.firstRowOfNonFinite {
            throw FoundationModelError.input(
                "the embedding of image \(row) has a NaN or an infinite number")
        }
        var probabilities = try images.cosineSimilarity(to: embeddings)
        let (rows, columns) = (probabilities.rows, probabilities.columns)
        probabilities.withUnsafeMutableBufferPointer { cosines in
            cosines.baseAddress.map { Kernels.softmax($0, scale: scale, rows: rows, columns: columns) }
        }
        return ZeroShotResult(classes: classes, probabilities: probabilities)
    }
}

/// What a zero-shot classifier says of some images.
public struct ZeroShotResult: Sendable {
    /// The names of the classes.
    public let classes: [String]
    /// Images x classes; each row adds up to 1.
    public let probabilities: Matrix<Float>

    /// The numbers of the `count` likeliest classes of an image, the likeliest first.
    ///
    /// Throws `FoundationModelError.input` if there is no such image.
    public func top(_ count: Int, of image: Int) throws -> [Int] {
        guard 0..<probabilities.rows ~= image else {
            throw FoundationModelError.input(
                "there is no image \(image); there are \(probabilities.rows), from 0")
        }
        return likeliest(count, of: image)
    }

    private func likeliest(_ count: Int, of image: Int) -> [Int] {
        let row = probabilities.row(image)
        return Array(row.indices.sorted { (row[$1], $0) < (row[$0], $1) }.prefix(max(count, 0)))
    }

    /// The likeliest class of each image.
    public var labels: [String] {
        (0..<probabilities.rows).map { image in likeliest(1, of: image).first.map { classes[$0] } ?? "" }
    }

    /// The share of images whose true class is among the `count` likeliest.
    ///
    /// Throws `FoundationModelError.input` if there is not one known class for each image.
    public func accuracy(of truth: [String], top count: Int = 1) throws -> Double {
        guard truth.count == probabilities.rows else {
            throw FoundationModelError.input("\(probabilities.rows) images have \(truth.count) true classes")
        }
        var right = 0
        for (image, name) in truth.enumerated() {
            guard let number = classes.firstIndex(of: name) else {
                throw FoundationModelError.input(
                    "\"\(name)\" is none of the classes \(classes.joined(separator: ", "))")
            }
            if likeliest(count, of: image).contains(number) { right += 1 }
        }
        return Double(right) / Double(max(truth.count, 1))
    }
}

extension ZeroShotResult: Displayable {
    public var mimeBundle: MIMEBundle {
        let shown = min(probabilities.rows, 20)
        let rows = (0..<shown).map { image in
            [String(image)]
                + likeliest(3, of: image).map {
                    "\(classes[$0]) \(percent(Double(probabilities[image, $0])))"
                }
        }
        let ranks = ["likeliest", "second", "third"].prefix(classes.count)
        let title =
            "Classes of \(probabilities.rows) images"
            + (shown < probabilities.rows ? ", the first \(shown)" : "")
        var table = Table(title: title, header: ["image"] + ranks, rows: rows)
        table.isExcerpt = true
        return table.mimeBundle
    }
}
