import Formats
import Foundation

extension ModelFiles {
    /// What the files say of the images that a model takes; `standard` and `size` if they say nothing.
    ///
    /// Read from timm's `pretrained_cfg`, open_clip's `preprocess_cfg`, and transformers' `preprocessor_config.json` or
    /// `processor_config.json`.
    func imageTransform(_ standard: ImageTransform, size: ImageSize) throws -> (ImageTransform, ImageSize) {
        if modelType == nil, isFile || isTimm || openCLIP == nil {
            let timm = try TimmConfiguration(self)
            let size = try timm.imageSize() ?? size
            return (try timm.transform(standard, size: size), size)
        }
        if modelType == nil, let openCLIP {
            let section = try openCLIP.section("preprocess_cfg")?.read(
                as: .openCLIPPreprocessing, notes: notes)
            if let section { return try fromOpenCLIP(section, standard, size) }
        } else if let processor = try processor() {
            return try ImageProcessor(processor, modelType: modelType ?? "").transform(for: size)
        }
        notes.add("assumed, since the files do not tell it: images of \(size) pixels, \(standard)")
        return (standard, size)
    }

    /// What transformers' image processor is made of; what belongs to a processor of both towers comes first, as there.
    private func processor() throws -> ModelConfiguration? {
        if location.hasFile("processor_config.json") {
            let whole = try ModelConfiguration(file: folder.appending(path: "processor_config.json"))
            if let section = whole.section("image_processor") {
                return try section.read(as: .imageProcessor, notes: notes)
            }
        }
        guard location.hasFile("preprocessor_config.json") else { return nil }
        return try ModelConfiguration(file: folder.appending(path: "preprocessor_config.json"))
            .read(as: .imageProcessor, notes: notes)
    }

    private func fromOpenCLIP(
        _ configuration: ModelConfiguration, _ standard: ImageTransform, _ size: ImageSize
    )
        throws -> (ImageTransform, ImageSize)
    {
        var transform = standard
        transform.normalization = try configuration.normalization("mean", "std", standard: .clip)
        transform.interpolation = try configuration.interpolation("interpolation")
        let size = try configuration.extent("size") ?? size
        switch try configuration.text("resize_mode") {
        // open_clip scales the shorter side to the shorter one of the network's, of sizes that are not square to cover both.
        case "shortest":
            transform.fit = .cropping(size, fraction: 1)
            if size.height != size.width { transform.interpolation = .bicubic }
        case "squash": transform.fit = .stretched
        case let mode:
            throw configuration.problem(
                "\"resize_mode\" is \"\(mode ?? "null")\"; \"shortest\" and \"squash\" are supported")
        }
        return (transform, size)
    }
}

/// An image processor of transformers: resizes, crops, scales and normalizes, each if it is asked for.
struct ImageProcessor {
    /// What a class of transformers assumes if the configuration says nothing.
    private struct Standard {
        var size: ImageSize?
        var shortestEdge: Int?
        var cropSize: ImageSize?
        var interpolation = Interpolation.bicubic
        var normalization = ImageTransform.Normalization.clip
    }

    private let configuration: ModelConfiguration
    private let standard: Standard
    /// Whether the file names its class, so that what it leaves out is what that class assumes.
    private let isNamed: Bool

    /// Throws if the class is another than those of ViT, DeiT, CLIP and Bit (DINOv2).
    init(_ configuration: ModelConfiguration, modelType: String) throws {
        self.configuration = configuration
        let named =
            try configuration.text("image_processor_type") ?? configuration.text("feature_extractor_type")
        isNamed = named != nil
        let name = (named ?? "").replacing("ImageProcessor", with: "").replacing("FeatureExtractor", with: "")
            .replacing("Fast", with: "").replacing("Pil", with: "")
        switch name.isEmpty ? modelType : name {
        case "ViT", "vit":
            standard = Standard(size: ImageSize(224), interpolation: .bilinear, normalization: .timm)
        case "DeiT":
            standard = Standard(
                size: ImageSize(256), cropSize: ImageSize(224), normalization: .timm)
        case "CLIP", "clip", "clip_vision_model", "Bit", "dinov2", "dinov2_with_registers":
            standard = Standard(shortestEdge: 224, cropSize: ImageSize(224))
        default:
            throw configuration.problem(
                "the image processor \"\(named ?? modelType)\" is not supported; those of ViT, CLIP and Bit are"
            )
        }
    }

    /// The transform, and the size of the images that it makes; `size` is that of the network.
    func transform(for size: ImageSize) throws -> (ImageTransform, ImageSize) {
        var transform = ImageTransform(normalization: try normalization())
        transform.interpolation = try interpolation()
        // A file without a class that gives height and width means them.
        let isExact =
            !isNamed && !configuration.has("crop_size")
            && configuration.section("size")?.has("height") == true
        let crop = try flag("do_center_crop") ?? (standard.cropSize != nil && !isExact) ? try cropSize() : nil
        if try flag("do_center_crop") == true, crop == nil {
            throw configuration.problem("\"do_center_crop\" is true, but \"crop_size\" is missing")
        }
        guard try flag("do_resize") ?? true else {
            transform.fit = crop == nil ? nil : .cropped
            transform.cropsRoundDown = crop != nil
            return (transform, crop ?? size)
        }
        let (exact, shortest) = try resizing()
        if let exact {
            guard let crop, crop != exact else {
                transform.fit = .stretched
                return (transform, exact)
            }
            transform.fit = .stretchedTo(exact)
            transform.cropsRoundDown = true
            return (transform, crop)
        }
        guard let shortest else { throw configuration.problem("\"size\" is missing") }
        guard let crop else {
            throw configuration.problem(
                "\"size\" has a \"shortest_edge\" and \"do_center_crop\" is false: images would keep their proportions, "
                    + "which is not supported")
        }
        transform.fit = .shorterSide(shortest)
        transform.cropsRoundDown = true
        return (transform, crop)
    }

    private func flag(_ key: String) throws -> Bool? { try configuration.flag(key) }

    /// What is subtracted and divided by, of channels from 0 to 1: `(pixel * factor - mean) / deviation`.
    private func normalization() throws -> ImageTransform.Normalization {
        let isNormalized = try flag("do_normalize") ?? true
        let none = try ImageTransform.Normalization(mean: [0, 0, 0], deviation: [1, 1, 1])
        let given =
            isNormalized
            ? try configuration.normalization("image_mean", "image_std", standard: standard.normalization)
            : none
        let factor =
            try flag("do_rescale") ?? true
            ? Double(try configuration.double("rescale_factor") ?? 1.0 / 255) : 1
        guard factor > 0 else {
            throw configuration.problem("\"rescale_factor\" must be above 0; it is \(factor)")
        }
        let scale = factor * 255
        // The usual factor, however many of its digits were written.
        if abs(scale - 1) < 1e-6 { return given }
        let mean = given.mean.map { Float(Double($0) / scale) }
        let deviation = given.deviation.map { Float(Double($0) / scale) }
        guard (mean + deviation).allSatisfy(\.isFinite), !deviation.contains(0) else {
            throw configuration.problem(
                "\"rescale_factor\" is \(factor), which takes pixels beyond the range of Float; 1/255 is usual"
            )
        }
        return try ImageTransform.Normalization(mean: mean, deviation: deviation)
    }

    /// The interpolation by Pillow's number.
    private func interpolation() throws -> Interpolation {
        switch try configuration.integer("resample") {
        case nil: return standard.interpolation
        case 2: return .bilinear
        case 3: return .bicubic
        case let number?:
            throw configuration.problem(
                "\"resample\" is \(number); 2 (bilinear) and 3 (bicubic) are supported")
        }
    }

    private func cropSize() throws -> ImageSize? {
        guard configuration.has("crop_size") else { return standard.cropSize }
        let (exact, _) = try sides("crop_size", isSquare: true)
        return exact
    }

    /// Rows and columns, or the shorter side alone.
    private func resizing() throws -> (exact: ImageSize?, shortest: Int?) {
        guard configuration.has("size") else { return (standard.size, standard.shortestEdge) }
        let isSquare = try flag("default_to_square") ?? (standard.size != nil)
        return try sides("size", isSquare: isSquare)
    }

    /// A number, a pair, or an object with `height` and `width` or with `shortest_edge`.
    private func sides(_ key: String, isSquare: Bool) throws -> (exact: ImageSize?, shortest: Int?) {
        guard let section = configuration.section(key) else {
            guard let size = try configuration.extent(key) else { return (nil, nil) }
            return isSquare || configuration.isList(key) ? (size, nil) : (nil, size.height)
        }
        switch section.keys.sorted() {
        case ["height", "width"]:
            return (ImageSize(height: try section.side("height"), width: try section.side("width")), nil)
        case ["shortest_edge"]: return (nil, try section.side("shortest_edge"))
        case let keys:
            throw configuration.problem(
                "\"\(key)\" has \(keys.joined(separator: ", ")); height and width, or shortest_edge alone, are supported"
            )
        }
    }
}
