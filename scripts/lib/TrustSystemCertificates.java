import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;

/**
 * Turns the system's list of certificate authorities (PEM) into a JDK's (PKCS #12 without a
 * password, which is what a JDK reads by default). Run by jdk.sh with the JDK that lacks the list;
 * {@code keytool} takes one start per certificate.
 */
final class TrustSystemCertificates {
  private TrustSystemCertificates() {}

  /** Arguments: the PEM file, the key store to write. */
  public static void main(String[] args) throws GeneralSecurityException, IOException {
    var store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    int count = 0;
    try (var pem = Files.newInputStream(Path.of(args[0]))) {
      for (Certificate certificate :
          CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
        store.setCertificateEntry("authority-" + count++, certificate);
      }
    }
    try (var out = Files.newOutputStream(Path.of(args[1]))) {
      store.store(out, null);
    }
  }
}
