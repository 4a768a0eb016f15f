// FoundationModels
