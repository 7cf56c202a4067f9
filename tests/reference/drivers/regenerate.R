# Truth for drivers: base R only, plus car::vif. Rscript regenerate.R [folder]: writes drivers.json there (default: here).
suppressMessages({library(jsonlite); library(car)})
out <- commandArgs(TRUE); out <- if (length(out)) out[1] else "."
r2 <- function(R, S, q) if (length(S)) sum(R[S, q] * solve(R[S, S, drop = FALSE], R[S, q])) else 0
subsets <- function(v) if (!length(v)) list(integer(0)) else { s <- subsets(v[-1]); c(s, lapply(s, function(x) c(v[1], x))) }
dominance <- function(R) { q <- ncol(R); k <- q - 1
  cond <- t(sapply(1:k, function(i) { sets <- subsets(setdiff(1:k, i)); g <- sapply(sets, function(S) r2(R, c(S, i), q) - r2(R, S, q)); as.numeric(tapply(g, lengths(sets), mean)) }))
  comp <- matrix(FALSE, k, k); for (i in 1:k) for (j in 1:k) if (i != j) { d <- sapply(subsets(setdiff(1:k, c(i, j))), function(S) r2(R, c(S, i), q) - r2(R, c(S, j), q)); comp[i, j] <- all(d > 0) }
  list(conditional = cond, general = rowMeans(cond), complete = comp) }
johnson <- function(R) { k <- ncol(R) - 1; e <- eigen(R[1:k, 1:k]); D <- e$vectors %*% diag(sqrt(e$values)) %*% t(e$vectors); b <- solve(D, R[1:k, k + 1]); as.numeric(D^2 %*% b^2) }
exact <- function(r, n, k) { p <- function(rho2) { h <- 0:200000; w <- dnbinom(h, (n - 1) / 2, 1 - rho2); sum(w * pbeta(r, k / 2 + h, (n - k - 1) / 2)) }
  low <- if (p(0) <= .975) 0 else uniroot(function(x) p(x) - .975, c(0, .999), tol = 1e-13)$root
  c(low, uniroot(function(x) p(x) - .025, c(0, .999), tol = 1e-13)$root) }
case <- function(d, rel) { d <- na.omit(d); rownames(d) <- NULL; f <- reformulate(setdiff(names(d)[-1], ""), names(d)[1]); fit <- lm(f, d); s <- summary(fit); k <- ncol(d) - 1
  R <- cor(d[, c(2:(k + 1), 1)]); z <- lm(f, as.data.frame(scale(d))); C <- R / sqrt(outer(rel, rel)); diag(C) <- 1
  list(data = d, coef = unname(coef(s)), ci = unname(confint(fit)), beta = unname(coef(z)[-1]), r2 = s$r.squared, adj = s$adj.r.squared, F = unname(s$fstatistic[1]), sigma = s$sigma,
       p = pf(s$fstatistic[1], k, s$df[2], lower.tail = FALSE), vif = as.numeric(vif(fit)), r2_limits = exact(s$r.squared, nrow(d), k), dominance = dominance(R), johnson = johnson(R),
       reliabilities = rel, corrected = list(beta = solve(C[1:k, 1:k], C[1:k, k + 1]), general = dominance(C)$general, johnson = johnson(C), r2 = r2(C, 1:k, k + 1)),
       minimal_r2 = pf(s$fstatistic[1], k, s$df[2], ncp = nrow(d) * .01 / .99, lower.tail = FALSE)) }
eight <- cbind(y = rowSums(scale(longley[, c(7, 2)])) + cos(1:16), setNames(as.data.frame(lapply(1:8, function(i) sin(1:16 * (1 + i / 7)) + .3 * cos(i * (1:16)))), paste0("x", 1:8)))
result <- list(versions = c(R = as.character(getRversion()), car = as.character(packageVersion("car"))),
  swiss = case(swiss, c(.9, .85, .9, .95, .8, .9)), attitude = case(attitude, c(.9, .8, .85, .8, .75, .9, .85)), eight = case(eight, rep(.95, 9)))
write_json(result, file.path(out, "drivers.json"), digits = 15, auto_unbox = TRUE)
