import Formats
import Foundation

extension ModelFiles {
    /// What the files say of the images that a model takes; `standard` and `size` where they say nothing.
    ///
    /// Read from timm's `pretrained_cfg`, open_clip's `preprocess_cfg` and transformers' `preprocessor_config.json`.
    func imageTransform(_ standard: ImageTransform, size: ImageSize) throws -> (ImageTransform, ImageSize) {
        if configuration?.section("pretrained_cfg") != nil {
            return (TimmConfiguration(self).adjusted(standard, size: size), size)
        }
        if let openCLIP { return try fromOpenCLIP(openCLIP.section("preprocess_cfg"), standard, size) }
        let file = folder.appending(path: "preprocessor_config.json")
        guard !isFile, FileManager.default.fileExists(atPath: file.path) else { return (standard, size) }
        return try fromTransformers(ModelConfiguration(file: file), standard, size)
    }

    private func fromOpenCLIP(
        _ configuration: ModelConfiguration?, _ standard: ImageTransform, _ size: ImageSize
    ) throws -> (ImageTransform, ImageSize) {
        guard let configuration else { return (standard, size) }
        var transform = standard
        try transform.read(configuration, mean: "mean", deviation: "std", interpolation: "interpolation")
        if configuration.text("resize_mode") == "squash" { transform.fit = .stretched }
        return (transform, size)
    }

    private func fromTransformers(
        _ configuration: ModelConfiguration, _ standard: ImageTransform, _ size: ImageSize
    ) throws -> (ImageTransform, ImageSize) {
        var transform = standard
        try transform.read(configuration, mean: "image_mean", deviation: "image_std", interpolation: nil)
        switch configuration.integer("resample") {
        case nil: break
        case 2: transform.interpolation = .bilinear
        case 3: transform.interpolation = .bicubic
        case let number?:
            throw configuration.problem(
                "\"resample\" is \(number); 2 (bilinear) and 3 (bicubic) are supported")
        }
        func sides(_ key: String) -> ImageSize? {
            if let side = configuration.integer(key) { return ImageSize(side) }
            let section = configuration.section(key)
            guard let height = section?.integer("height"), let width = section?.integer("width") else {
                return nil
            }
            return ImageSize(height: height, width: width)
        }
        if configuration.flag("do_center_crop") == true {
            let shorter = configuration.section("size")?.integer("shortest_edge") ?? sides("size")?.height
            if let shorter { transform.fit = .shorterSide(shorter) }
            return (transform, sides("crop_size") ?? size)
        }
        if let size = sides("size") {
            transform.fit = .stretched
            return (transform, size)
        }
        return (transform, size)
    }
}

extension ImageTransform {
    /// Takes means, deviations and the interpolation from a configuration where they are there.
    fileprivate mutating func read(
        _ configuration: ModelConfiguration, mean: String, deviation: String, interpolation key: String?
    ) throws {
        if let mean = configuration.numbers(mean), let deviation = configuration.numbers(deviation),
            mean.count == 3, deviation.count == 3
        {
            normalization = Normalization(mean: mean, deviation: deviation)
        }
        guard let key, let name = configuration.text(key), name != "random" else { return }
        guard let interpolation = Interpolation(rawValue: name) else {
            throw configuration.problem("\"\(key)\" is \"\(name)\"; bilinear and bicubic are supported")
        }
        self.interpolation = interpolation
    }
}
