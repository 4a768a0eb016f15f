import Formats

/// timm's `config.json`: the architecture, its arguments, and the images that it takes.
struct TimmConfiguration {
    /// timm's name of the architecture, without the tag of the weights.
    let architecture: TimmArchitecture?
    /// What is done to images, if it is given.
    private let pretrained: ModelConfiguration?
    /// The arguments that are not the architecture's own, not yet read.
    private let arguments: ModelConfiguration?
    private let globalPool: String?
    private let path: String
    private let notes: LoadingNotes

    /// Reads the files' `config.json`, of which all may lie on the topmost level (files of before 2023).
    init(_ files: ModelFiles) throws {
        notes = files.notes
        path = files.configuration?.path ?? files.location.path
        guard let file = files.configuration else {
            (architecture, pretrained, arguments, globalPool) = (nil, nil, nil, nil)
            return
        }
        architecture = try file.text("architecture").map(TimmArchitecture.init)
        if file.section("pretrained_cfg") == nil, file.has("input_size") || file.has("mean") {
            pretrained = try file.read(as: .timmPretrained, notes: files.notes)
            (arguments, globalPool) = (nil, nil)
            return
        }
        let whole = try file.read(as: .timm, notes: files.notes)
        pretrained = try whole.section("pretrained_cfg")?.read(as: .timmPretrained, notes: files.notes)
        arguments = whole.section("model_args")
        globalPool = try whole.text("global_pool")
    }

    /// The arguments with which the network was made.
    func arguments(as fields: ConfigurationFields) throws -> ModelConfiguration {
        let none = ModelConfiguration(path: path, json: .object([]))
        return try (arguments ?? none).read(as: fields, notes: notes)
    }

    /// How the vector of the whole image is made; nil if nothing says it.
    func pool(_ arguments: ModelConfiguration) throws -> String? {
        try arguments.text("global_pool") ?? globalPool
    }

    /// Whether the files say nothing of the images.
    var hasNoImages: Bool { pretrained?.isEmpty ?? true }

    /// Rows and columns of pixels, if they are given.
    func imageSize() throws -> ImageSize? {
        if try pretrained?.flag("fixed_input_size") == true, let size = try trainedSize() { return size }
        return try pretrained?.numbers("input_size", count: 3).flatMap { size in
            guard size[0] == 3 else {
                let channels = Int(exactly: size[0]).map(String.init) ?? "\(size[0])"
                throw pretrained?.problem("\"input_size\" has \(channels) channels; 3 are supported")
                    ?? .input("3 channels are supported")
            }
            guard size.allSatisfy({ $0 >= 1 && $0 <= Float(ImageSize.largestSide) }) else {
                throw pretrained?.problem(
                    "\"input_size\" must be three numbers from 1 to \(ImageSize.largestSide)")
                    ?? .input("no size")
            }
            return ImageSize(height: Int(size[1]), width: Int(size[2]))
        }
    }

    /// The size for which a vision transformer was made, if its arguments say it.
    func trainedSize() throws -> ImageSize? { try arguments?.extent("img_size") }

    /// The transform for images of that size: timm's own if the configuration describes one, else `standard`.
    func transform(_ standard: ImageTransform, size: ImageSize) throws -> ImageTransform {
        guard let pretrained, !pretrained.isEmpty else { return standard }
        var transform = standard
        let imageNet = ImageTransform.Normalization.imageNet
        transform.normalization = try pretrained.normalization("mean", "std", standard: imageNet)
        transform.interpolation = try pretrained.interpolation("interpolation")
        let fraction = try pretrained.number("crop_pct") ?? 0.875
        guard fraction >= 0.1, fraction <= 4 else {
            throw pretrained.problem("\"crop_pct\" must be a number from 0.1 to 4; it is \(fraction)")
        }
        transform.cropFraction = Double(fraction)
        switch try pretrained.text("crop_mode") {
        case "center", nil: transform.fit = .cropping(size, fraction: Double(fraction))
        case "squash": transform.fit = .squashing(size, fraction: Double(fraction))
        case let mode?:
            throw pretrained.problem(
                "\"crop_mode\" \"\(mode)\" is not supported; \"center\" and \"squash\" are")
        }
        return transform
    }
}

extension ModelConfiguration {
    /// Means and deviations of the channels; `standard` if a field is missing.
    func normalization(_ mean: String, _ deviation: String, standard: ImageTransform.Normalization) throws
        -> ImageTransform.Normalization
    {
        let deviations = try numbers(deviation, count: 3) ?? standard.deviation
        guard !deviations.contains(0) else { throw problem("\"\(deviation)\" must not be 0") }
        return try ImageTransform.Normalization(
            mean: try numbers(mean, count: 3) ?? standard.mean, deviation: deviations)
    }

    /// The interpolation by its name.
    func interpolation(_ key: String) throws -> Interpolation {
        let name = try text(key)
        guard let interpolation = name.flatMap(Interpolation.init(rawValue:)) else {
            throw problem(
                "\"\(key)\" is \(name.map { "\"\($0)\"" } ?? "null"); bilinear and bicubic are supported")
        }
        return interpolation
    }
}

extension ImageTransform.Fit {
    /// The middle of the image, of which the crop is `fraction` (timm's `crop_pct`).
    static func cropping(_ size: ImageSize, fraction: Double) -> ImageTransform.Fit {
        let box = scaled(size, fraction)
        return size.height == size.width ? .shorterSide(box.height) : .covering(box)
    }

    /// The middle of the image without its proportions (timm's `crop_mode` "squash").
    static func squashing(_ size: ImageSize, fraction: Double) -> ImageTransform.Fit {
        let box = scaled(size, fraction)
        return box == size ? .stretched : .stretchedTo(box)
    }

    /// The sides of which a fraction is those of a size.
    static func scaled(_ size: ImageSize, _ fraction: Double) -> ImageSize {
        // A fraction that was a Float may be a little too large: 224 / 0.8 must be 280 and not 279.99999.
        func scaled(_ side: Int) -> Int { Int(Double(side) / fraction + 1e-5) }
        return ImageSize(height: scaled(size.height), width: scaled(size.width))
    }
}
