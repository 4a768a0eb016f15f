extension ModelFamily {
    /// AlexNet, ResNet and EfficientNet, known by the names of their weights.
    static let convolutional = ModelFamily(
        kinds: ["AlexNet", "ResNet", "EfficientNet"],
        recognizes: { files in
            guard files.modelType == nil, files.openCLIP == nil || files.isTimm else { return false }
            return try ConvolutionalModel.kind(of: try files.checkpoint()) != nil
        },
        load: { files in
            let checkpoint = try files.checkpoint()
            guard let model = try ConvolutionalModel(checkpoint, files) else { return Towers() }
            let (network, unused) = try model.network(checkpoint)
            return Towers(
                image: ImageTower(
                    network: network, transform: model.transform, unused: unused))
        },
        mayHaveTimmConfiguration: true)
}
